internal import CALSA
internal import Glibc
internal import Synchronization

/// Commands from any thread to the sequencer's own, which waits for them together with the kernel's announcements.
final class SequencerMailbox: Sendable {
  enum Command: Sendable {
    case enqueue(PlayerItem)
    case skip, pause, resume, stop
    case volume(Double)
    /// Seconds of the current item.
    case seek(Double)
    case close
  }

  private let commands = Mutex<[Command]>([])
  /// A pipe that is readable while something may have been posted; -1 without one: then `wait` looks often.
  private let readEnd: Int32
  private let writeEnd: Int32

  init() {
    var ends: [Int32] = [-1, -1]
    pipe(&ends)
    for end in ends where end >= 0 {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    (readEnd, writeEnd) = (ends[0], ends[1])
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  func post(_ command: Command) {
    commands.withLock { $0.append(command) }
    // A full pipe is as readable as can be.
    write(writeEnd, "!", 1)
  }

  /// Takes what has been posted, in order.
  func take() -> [Command] {
    withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { bytes in
      while read(readEnd, bytes.baseAddress, bytes.count) > 0 {}
    }
    return commands.withLock { commands in
      defer { commands = [] }
      return commands
    }
  }

  /// Sleeps until a command is posted, `other` is readable, or time is up.
  func wait(with other: pollfd, milliseconds: Int32) {
    var descriptors = [pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0), other]
    poll(&descriptors, nfds_t(descriptors.count), readEnd < 0 ? 20 : milliseconds)
  }
}
