#if MPI
  import CMPI

  /// What an MPI function returned.
  public struct MPIError: Error, CustomStringConvertible {
    /// The function that failed, as MPI calls it.
    public var function: String
    /// What MPI says about it.
    public var reason: String

    init(_ function: String, code: Int32) {
      self.function = function
      var text = [CChar](repeating: 0, count: Int(MPI_MAX_ERROR_STRING) + 1)
      var count: Int32 = 0
      MPI_Error_string(code, &text, &count)
      reason = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    init(_ function: String, reason: String) {
      self.function = function
      self.reason = reason
    }

    /// One line.
    public var description: String { "\(function): \(reason)" }
  }
#endif
