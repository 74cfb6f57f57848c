/// The sine synthesizer for a whole piece: one `SineSynthesizer` for every timbre (with its effects) that its parts have.
///
/// Sound is added up in the order of the timbres, whatever else happens, so that the live engine and the file writer get
/// the same samples.
///
/// Thread rule: one thread at a time; `init` and `deinit` belong to the control side.
public struct PieceSynthesizer: ~Copyable {
  private let synthesizers: UnsafeMutablePointer<SineSynthesizer>
  private let count: Int
  private let scratch: UnsafeMutablePointer<Float>
  private static var scratchFrames: Int { @_noLocks get { 512 } }

  /// A synthesizer for these instruments, each with so many voices.
  ///
  /// - Precondition: there is at least one; every number of voices lies in 1...100,000.
  public init(_ instruments: [(instrument: SineInstrument, voiceLimit: Int)]) {
    precondition(!instruments.isEmpty)
    count = instruments.count
    synthesizers = .allocate(capacity: count)
    for (index, entry) in instruments.enumerated() {
      (synthesizers + index).initialize(
        to: SineSynthesizer(instrument: entry.instrument, voiceLimit: entry.voiceLimit))
    }
    scratch = .allocate(capacity: 2 * Self.scratchFrames)
    scratch.initialize(repeating: 0, count: 2 * Self.scratchFrames)
  }

  deinit {
    synthesizers.deinitialize(count: count)
    synthesizers.deallocate()
    scratch.deallocate()
  }

  /// Begins a note of an instrument `afterFrames` frames after the next frame that `render` makes.
  @_noLocks
  public mutating func noteOn(_ event: SineEvent, instrument: Int, afterFrames: Int) {
    guard instrument >= 0, instrument < count else { return }
    synthesizers[instrument].noteOn(event, afterFrames: afterFrames)
  }

  /// Silence at once.
  @_noLocks
  public mutating func reset() {
    for index in 0..<count { synthesizers[index].reset() }
  }

  /// Notes that sound, wait for their first frame, or fade out.
  public var activeCount: Int {
    @_noLocks get {
      var sum = 0
      for index in 0..<count { sum += synthesizers[index].activeCount }
      return sum
    }
  }

  /// Renders the next `frameCount` frames of both channels, replacing what is there.
  @_noLocks
  public mutating func render(
    left: UnsafeMutablePointer<Float>, right: UnsafeMutablePointer<Float>, frameCount: Int
  ) {
    synthesizers[0].render(left: left, right: right, frameCount: frameCount)
    for index in 1..<count where synthesizers[index].activeCount > 0 {
      var done = 0
      while done < frameCount {
        let room = frameCount - done
        let run = room < Self.scratchFrames ? room : Self.scratchFrames
        synthesizers[index].render(left: scratch, right: scratch + Self.scratchFrames, frameCount: run)
        for frame in 0..<run {
          left[done + frame] += scratch[frame]
          right[done + frame] += scratch[Self.scratchFrames + frame]
        }
        done += run
      }
    }
  }
}

/// The instruments that a piece's parts have, each timbre with the same effects once.
public struct PieceInstruments {
  /// The instruments, in the order of the parts that have them first; at least one.
  public let instruments: [SineInstrument]
  /// For every part the number of its instrument.
  public let ofPart: [Int]

  /// The instruments of a piece.
  ///
  /// - Parameter timbres: By name; a part whose timbre is not among them has the standard one. Effects that cannot be
  ///   read are left out.
  public init(_ piece: Piece, timbres: [String: Timbre], sampleRate: Double) {
    var keys: [[String]] = []
    var instruments: [SineInstrument] = []
    ofPart = piece.parts.map { part in
      let name = timbres[part.timbre] == nil ? Timbre.standard.name : part.timbre
      let key = [name, part.effects]
      if let index = keys.firstIndex(of: key) { return index }
      keys.append(key)
      instruments.append(
        SineInstrument(
          timbre: timbres[part.timbre] ?? .standard, eventEffects: (try? SoundEffect.list(json: part.effects)) ?? [],
          sampleRate: sampleRate))
      return keys.count - 1
    }
    if instruments.isEmpty { instruments = [SineInstrument(timbre: .standard, sampleRate: sampleRate)] }
    self.instruments = instruments
  }

  /// The synthesizer of a piece: as many voices for every instrument as `voices` says.
  public func synthesizer(voices: [Int]) -> PieceSynthesizer {
    PieceSynthesizer(zip(instruments, voices).map { ($0, $1) })
  }
}
