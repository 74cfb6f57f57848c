/// Why a device cannot be used: an error number of the system, and for whom it is.
struct SinkError: Error, Hashable, CustomStringConvertible {
  /// `snd_pcm_open`, ...: what failed.
  var operation: String
  /// The device as the user named it.
  var device: String
  /// A positive errno.
  var code: Int32
  /// What the number means, for people.
  var reason: String

  /// `DEVICE: REASON (OPERATION)`.
  var description: String { "\(device): \(reason) (\(operation))" }
}

/// What a device agreed to.
struct SinkFormat: Sendable, Hashable, CustomStringConvertible {
  /// Frames per second.
  var sampleRate: Int
  /// Channels of the device.
  var channelCount: Int
  /// Frames between two wake-ups.
  var periodFrames: Int
  /// Frames the device holds.
  var bufferFrames: Int
  /// The samples' format, in the device's own words.
  var sampleFormat: String

  /// For the log.
  var description: String {
    "\(sampleFormat), \(channelCount) channels, \(sampleRate) Hz, period \(periodFrames), buffer \(bufferFrames) frames"
  }
}

/// Where rendered blocks go: an ALSA device, or a clock that swallows them. Belongs to the audio thread once it runs.
protocol AudioSink: AnyObject {
  /// For reports.
  var name: String { get }
  /// Opens and configures the device. May allocate: called at the start and when sound begins after a pause.
  ///
  /// - Parameter mustHaveRate: If given, the device has to take exactly this rate.
  func open(mustHaveRate: Int?) throws(SinkError) -> SinkFormat
  /// Writes a block, waiting for room. No allocation, no lock of ours.
  ///
  /// - Returns: 0, or the positive errno of a device that is gone.
  func write(left: UnsafePointer<Float>, right: UnsafePointer<Float>, frameCount: Int) -> Int32
  /// Frames that have been written but not heard.
  var delayFrames: Int { get }
  /// Times the device ran dry since the sink was made.
  var xrunCount: Int { get }
  /// Closes the device; nothing if it is closed.
  func close()
}
