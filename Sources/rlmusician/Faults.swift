import ArgumentParser
import Core
import Foundation

/// Runs a subcommand's body; the faults of its inputs become one line on standard error and the exit code for them.
func reportingFaults(_ body: () throws -> Void) throws {
  do {
    try body()
  } catch let error as ConfigurationError {
    throw report("\(error)", exitCode: 78)
  } catch let error as DataError {
    throw report("\(error)", exitCode: 65)
  } catch let error as FileError {
    throw report("\(error)", exitCode: error.kind == .noInput ? 66 : 73)
  }
}

private func report(_ line: String, exitCode: Int32) -> ExitCode {
  FileHandle.standardError.write(Data("rlmusician: \(line)\n".utf8))
  return ExitCode(exitCode)
}
