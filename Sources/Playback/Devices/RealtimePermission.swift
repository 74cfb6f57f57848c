internal import CRealtime
internal import Core
internal import Foundation
internal import Glibc

/// Whether the audio thread may have a real-time priority here, and how much memory may be locked.
struct RealtimePermission: Sendable, Hashable {
  /// Whether a thread that asked for SCHED_FIFO got it.
  var isAllowed: Bool
  /// The priority that the desktop's RealtimeKit grants where the system does not; nil if neither does.
  var byDesktop: Int32?
  /// The highest priority RLIMIT_RTPRIO allows; root needs no limit.
  var limit: UInt64
  /// Bytes RLIMIT_MEMLOCK allows; nil: unlimited.
  var lockableBytes: UInt64?

  /// Tries, on a thread made for it.
  static func current(priority: Int32 = 60) -> RealtimePermission {
    let result = Answer()
    let isStarted = SystemThread.start {
      result.code = rt_thread_become_realtime(priority)
      if result.code != 0 {
        result.byDesktop = try? RealtimeKit.promote(thread: rt_thread_number(), priority: priority)
      }
      result.isThere.signal()
    }
    if isStarted { result.isThere.wait() } else { result.code = EAGAIN }
    var (priorities, memory) = (rlimit(), rlimit())
    getrlimit(__rlimit_resource_t(__RLIMIT_RTPRIO.rawValue), &priorities)
    getrlimit(__rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue), &memory)
    return RealtimePermission(
      isAllowed: result.code == 0, byDesktop: result.byDesktop, limit: UInt64(priorities.rlim_cur),
      lockableBytes: memory.rlim_cur == rlim_t.max ? nil : UInt64(memory.rlim_cur))
  }

  /// One line how to allow it.
  static let advice =
    "to allow it: a file in /etc/security/limits.d with '@audio - rtprio 95' and '@audio - memlock unlimited', be in the"
    + " group audio, log in again; for a systemd service LimitRTPRIO=95 and LimitMEMLOCK=infinity"

  /// Unchecked: written by one thread before the signal, read by the other after it.
  private final class Answer: @unchecked Sendable {
    var code: Int32 = 0
    var byDesktop: Int32?
    let isThere = DispatchSemaphore(value: 0)
  }
}
