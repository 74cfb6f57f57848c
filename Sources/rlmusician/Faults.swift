import ArgumentParser
import Core
import Foundation

#if Playback
  import Playback
#endif

/// Every way in which the program can fail, as one line on standard error and an exit code of `sysexits.h`.
///
/// A subcommand throws; what it throws becomes a line here. To add an error: a case in `init`.
struct Fault: Error {
  /// Exit codes that are not 0.
  enum Code: Int32 {
    case usage = 64
    case data = 65
    case noInput = 66
    case unavailable = 69
    case software = 70
    case system = 71
    case cannotCreate = 73
    case temporary = 75
    case configuration = 78
  }

  var code: Code
  var text: String

  init(_ error: any Error) { self = Fault(known: error) ?? Fault(.software, "unexpected: \(error)") }

  /// nil for what is not one of the program's own errors.
  init?(known error: any Error) {
    switch error {
    case let error as Fault: self = error
    case let error as ConfigurationError: self.init(.configuration, "\(error)")
    case let error as CtlError: self.init(error.code, error.text)
    case let error as DataError: self.init(.data, "\(error)")
    case let error as FileError: self.init(error.kind == .noInput ? .noInput : .cannotCreate, "\(error)")
    case is SystemThread.RefusedError, is SystemMemory.RefusedError: self.init(.system, "\(error)")
    #if Playback
      case let error as DeviceUnavailableError: self.init(.unavailable, "\(error)")
    #endif
    default: return nil
    }
  }

  init(_ code: Code, _ text: String) {
    self.code = code
    self.text = text
  }

  /// The line, whatever is in the text.
  var line: String { "rlmusician: \(TextQuoting.printable(text))\n" }

  /// Says something that does not stop the program.
  static func warn(_ text: String) { StandardError.writeLine(text) }

  func report() { RankSession.report(self) }
}

/// Runs a part of a subcommand's body that must not go on after a fault: reports it and leaves with its exit code.
func reportingFaults(_ body: () throws -> Void) throws {
  do { try body() } catch { throw reported(error) }
}

/// The same for a body that waits.
func reportingFaults<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
  do { return try await body() } catch { throw reported(error) }
}

/// Reports what is a fault; what the subcommand leaves with then.
private func reported(_ error: any Error) -> any Error {
  guard let fault = Fault(known: error) else { return error }
  fault.report()
  return ExitCode(fault.code.rawValue)
}

/// Refuses a folder whose name is empty.
func requireFolder(_ path: String?, of option: String) throws {
  if path == "" { throw ValidationError("\(option): found nothing; allowed: a folder") }
}
