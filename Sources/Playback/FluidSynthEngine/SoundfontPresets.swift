internal import CFluidSynth
internal import Synchronization

/// Which programs of bank 0 a loaded soundfont has. FluidSynth itself takes a font without the wanted preset and is silent.
struct SoundfontPresets: Sendable {
  /// FluidSynth's number of the font.
  let fontID: Int32
  /// Programs of bank 0 that may be played, ascending.
  private(set) var programs: [Int]
  /// Whether the font has others, which are not loaded.
  private(set) var isPart = false

  /// Looks through a font.
  init(font: OpaquePointer, id: Int32) {
    fontID = id
    programs = (0..<128).filter { fluid_sfont_get_preset(font, 0, Int32($0)) != nil }
  }

  /// Leaves only what these programs need.
  mutating func keep(_ wanted: [Int]) {
    let kept = Set(wanted.map(substitute(for:)))
    isPart = kept.count < programs.count
    programs = kept.sorted()
  }

  /// Why another program sounds than the one that is wanted.
  func remark(on program: Int, of name: String) -> String {
    let why = isPart ? "is too large to load program \(program) while it plays" : "has no program \(program)"
    return "\(name) \(why); program \(substitute(for: program)) sounds instead"
  }

  /// The program itself if the font has it; else the first of its General MIDI family of eight; else the font's first.
  func substitute(for program: Int) -> Int {
    if programs.contains(program) { return program }
    return programs.first { $0 / 8 == program / 8 } ?? programs.first ?? 0
  }
}

/// Remembers what has been said.
final class SaidOnce: Sendable {
  private let said = Mutex<Set<Int>>([])

  /// Whether this number comes for the first time.
  func isFirst(_ number: Int) -> Bool { said.withLock { $0.insert(number).inserted } }
}
