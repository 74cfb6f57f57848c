internal import CSndFile
import Foundation

/// The file under an `AudioFileWriter`: libsndfile reads and writes it through these functions.
final class AudioFileBytes {
  /// The `errno` of the first call that failed.
  private(set) var failure: Int32?
  /// What errors call the file.
  let name: String

  private let descriptor: Int32
  private var position = 0
  private var length = 0

  init(path: String, name: String) throws(FileError) {
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError(.cannotCreate, path: name, errno: errno) }
    self.name = name
  }

  deinit { close(descriptor) }

  /// The file's length in bytes.
  var byteCount: Int { length }

  /// Reads up to `count` bytes; fewer at the end or after an error.
  func read(at offset: Int, into bytes: UnsafeMutableRawPointer, count: Int) -> Int {
    var done = 0
    while done < count {
      let got = pread(descriptor, bytes + done, count - done, off_t(offset + done))
      if got > 0 {
        done += got
      } else if got == 0 || errno != EINTR {
        if got < 0 { failure = failure ?? errno }
        break
      }
    }
    return done
  }

  /// Writes all bytes, or fewer after an error.
  func write(at offset: Int, from bytes: UnsafeRawPointer, count: Int) -> Int {
    var done = 0
    while done < count {
      let put = pwrite(descriptor, bytes + done, count - done, off_t(offset + done))
      if put >= 0 {
        done += put
      } else if errno != EINTR {
        failure = failure ?? errno
        break
      }
    }
    length = max(length, offset + done)
    return done
  }

  /// Opens the file for libsndfile to write. The handle must be closed before this object goes.
  func openSound(_ info: inout SF_INFO) -> OpaquePointer? {
    var functions = SF_VIRTUAL_IO(
      get_filelen: { sf_count_t(AudioFileBytes.object($0).length) },
      seek: { offset, whence, user in
        let file = AudioFileBytes.object(user)
        let base = whence == SEEK_CUR ? file.position : whence == SEEK_END ? file.length : 0
        file.position = max(0, base + Int(offset))
        return sf_count_t(file.position)
      },
      read: { bytes, count, user in
        let file = AudioFileBytes.object(user)
        guard let bytes else { return 0 }
        let got = file.read(at: file.position, into: bytes, count: Int(count))
        file.position += got
        return sf_count_t(got)
      },
      write: { bytes, count, user in
        let file = AudioFileBytes.object(user)
        guard let bytes else { return 0 }
        let put = file.write(at: file.position, from: bytes, count: Int(count))
        file.position += put
        return sf_count_t(put)
      },
      tell: { sf_count_t(AudioFileBytes.object($0).position) })
    return sf_open_virtual(&functions, Int32(SFM_WRITE), &info, Unmanaged.passUnretained(self).toOpaque())
  }

  private static func object(_ user: UnsafeMutableRawPointer?) -> AudioFileBytes {
    Unmanaged<AudioFileBytes>.fromOpaque(user!).takeUnretainedValue()
  }
}
