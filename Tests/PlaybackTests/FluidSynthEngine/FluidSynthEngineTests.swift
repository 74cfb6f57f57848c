#if Playback
  import Core
  import Foundation
  import Synchronization
  import Testing

  @testable import Playback

  /// With the program's own font, so that every machine tests the same.
  @Suite struct FluidSynthEngineTests {
    private func engine(_ rate: Int = 48_000, notice: @escaping @Sendable (String) -> Void = { _ in }) throws
      -> FluidSynthEngine
    {
      try OwnSoundfont.withFile { try FluidSynthEngine(sampleRate: rate, soundfont: $0, notice: notice) }
    }

    private func piece(program: Int = 0) -> Piece {
      var piece = TestPiece.melody([24, 20, 17, 12, 3], steps: 13, stepSeconds: 0.1)
      piece.parts[0].program = program
      return piece
    }

    @Test(arguments: [64, 100, 960, 20_000])
    func samplesDoNotDependOnTheBlocks(blockFrames: Int) throws {
      let whole = OfflineRenderer.render([piece(), piece(program: 16)], with: try engine(), blockFrames: 8192)
      let cut = OfflineRenderer.render([piece(), piece(program: 16)], with: try engine(), blockFrames: blockFrames)
      let count = min(whole.left.count, cut.left.count)
      #expect(count > 100_000)
      let isEqual = whole.left[..<count] == cut.left[..<count] && whole.right[..<count] == cut.right[..<count]
      #expect(isEqual)
    }

    /// Not to the bit: the reverberation's slow modulation goes on through a reset.
    @Test func afterAPanicItIsAsNew() throws {
      let engine = try engine()
      let first = OfflineRenderer.render([piece()], with: engine)
      // The renderer ends with silence, that is with a panic.
      let second = OfflineRenderer.render([piece()], with: engine)
      let signal = Audio.signalToNoise(second.left[...], first.left[...])
      #expect(signal > 15)
    }

    @Test(arguments: [0, 11, 16, 24, 32, 48, 73, 80])
    func everyProgramOfOurFontIsInTune(program: Int) throws {
      let engine = try engine()
      for key in [48, 60, 69, 81] {
        var roll = PianoRoll(rowCount: 1, stepCount: 2)
        roll[0, 0] = true
        var settings = PerformanceSettings()
        settings.lowestNote = try #require(MIDIKey(key))
        settings.program = program
        settings.stepSeconds = 1
        let piece = Piece(roll: roll, settings: settings, score: ScoreBreakdown(entries: []), provenance: nil)
        let sound = OfflineRenderer.render([piece], with: engine).left
        let peak = sound.map { abs($0) }.max() ?? 0
        #expect((0.01...0.98).contains(peak), "program \(program), key \(key)")
        let cents = Audio.cents(of: Array(sound[9_600..<30_000]), near: settings.lowestNote.frequency, rate: 48_000)
        // Strings are many: their lines lie 7 cents beside each other.
        #expect(abs(cents) < (program == 48 ? 20 : 5), "program \(program), key \(key): \(cents) cents")
      }
    }

    @Test func otherTuningsSoundToTheCent() throws {
      let tuning = Tuning(name: "19edo", degreesInCents: (0..<19).map { 1200 * Double($0) / 19 }, periodInCents: 1200)
      let engine = try engine()
      for degree in [0, 1, 7, 11] {
        var roll = PianoRoll(rowCount: 20, stepCount: 2)
        roll[19 - degree, 0] = true
        var settings = PerformanceSettings()
        settings.tuning = tuning
        settings.stepSeconds = 1
        settings.program = 80
        let piece = Piece(roll: roll, settings: settings, score: ScoreBreakdown(entries: []), provenance: nil)
        let wanted = tuning.pitch(ofDegree: degree, above: settings.lowestNote).frequency
        let sound = OfflineRenderer.render([piece], with: engine).left
        let cents = Audio.cents(of: Array(sound[9_600..<30_000]), near: wanted, rate: 48_000)
        #expect(abs(cents) < 3, "degree \(degree): \(cents) cents")
      }
    }

    /// Within half a cent, the font's own detune (as on the keyboard's tuning) subtracted.
    @Test(arguments: [19, 31, 53]) func otherTuningsSoundToHalfACent(divisions: Int) throws {
      let engine = try engine()
      func cents(_ tuning: Tuning, degree: Int, rows: Int) throws -> Double {
        var roll = PianoRoll(rowCount: rows, stepCount: 2)
        roll[rows - 1 - degree, 0] = true
        var settings = PerformanceSettings()
        settings.tuning = tuning
        settings.stepSeconds = 1
        settings.program = 80
        let piece = Piece(roll: roll, settings: settings, score: ScoreBreakdown(entries: []), provenance: nil)
        let wanted = tuning.pitch(ofDegree: degree, above: settings.lowestNote).frequency
        let sound = OfflineRenderer.render([piece], with: engine).left
        return Audio.cents(of: Array(sound[9_600..<19_200]), near: wanted, rate: 48_000, resolution: 0.05)
      }
      let tuning = Tuning.equal(divisions: divisions)
      for degree in [1, divisions / 2] {
        let key = tuning.pitch(ofDegree: degree, above: PerformanceSettings().lowestNote).key - 60
        let detune = try cents(.twelveToneEqual, degree: key, rows: 14)
        #expect(try abs(cents(tuning, degree: degree, rows: 54) - detune) <= 0.55, "degree \(degree)")
      }
    }

    @Test func aMissingProgramIsSaidOnceAndSounds() throws {
      let lines = Mutex<[String]>([])
      let engine = try engine { line in lines.withLock { $0.append(line) } }
      let sound = OfflineRenderer.render([piece(program: 3), piece(program: 3)], with: engine)
      #expect((sound.left.map { abs($0) }.max() ?? 0) > 0.01)
      #expect(lines.withLock { $0 } == ["the program's own soundfont has no program 3; program 0 sounds instead"])
    }

    @Test func badFontsAreRefusedInOneLine() throws {
      let folder = FileManager.default.temporaryDirectory.appending(path: "fonts-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      let own = OwnSoundfont.bytes
      var silent = own
      // A font whose presets all lie in bank 1: the word after the program number of each preset header.
      let phdr = try #require(own.firstRange(of: Array("phdr".utf8))?.upperBound) + 4
      for preset in 0..<11 { silent[phdr + 38 * preset + 22] = 1 }
      var broken = own
      let shdr = try #require(own.ranges(of: Array("shdr".utf8)).last?.upperBound) + 4
      for index in shdr..<own.count { broken[index] = 0xFF }
      let files: [(name: String, bytes: [UInt8], reason: String)] = [
        ("empty.sf2", [], "not a soundfont"), ("text.sf2", Array("root:x:0:0".utf8), "not a soundfont"),
        ("cut.sf2", Array(own.prefix(own.count / 2)), "truncated"), ("silent.sf2", silent, "no instrument in bank 0"),
        ("broken.sf2", broken, "no samples"),
      ]
      for file in files {
        let path = folder.appending(path: file.name).path
        try Data(file.bytes).write(to: URL(filePath: path))
        let error = #expect(throws: DataError.self, "\(file.name)") {
          try SoundfontSearch(environment: [:]).engine(named: path, sampleRate: 48_000, programs: [0]) { _ in }
        }
        #expect(error?.reason.contains(file.reason) == true, "\(file.name): \(String(describing: error))")
        #expect(error?.file == path)
      }
      #expect(throws: FileError.self) {
        try SoundfontSearch(environment: [:]).engine(named: "/no/such.sf2", sampleRate: 48_000, programs: [0]) { _ in }
      }
      #expect(throws: FileError.self) {
        try SoundfontSearch(environment: ["RLMUSICIAN_SOUNDFONT": folder.path]).engine(
          named: nil, sampleRate: 48_000, programs: [0]
        ) { _ in }
      }
      // Found in a folder, they are passed over, and our own font is left.
      let search = SoundfontSearch(environment: ["XDG_DATA_HOME": "/nowhere"], systemFolders: [folder.path])
      #expect(search.candidates().count == files.count)
      let lines = Mutex<[String]>([])
      let engine = try search.engine(named: nil, sampleRate: 48_000, programs: [0]) { line in
        lines.withLock { $0.append(line) }
      }
      #expect(engine.soundfont.name == "the program's own soundfont")
      for file in files {
        let line = lines.withLock { $0.first { $0.contains(file.name) } }
        #expect(line?.contains(file.reason) == true && line?.hasSuffix("it is passed over") == true, "\(file.name)")
      }
    }

    @Test func foldersAreTriedInOrder() throws {
      let search = SoundfontSearch(environment: ["HOME": "/home/me"])
      #expect(search.folders.first == "/home/me/.local/share/soundfonts")
      #expect(search.folders.contains("/usr/share/sounds/sf2") && search.folders.contains("/usr/share/soundfonts"))
      #expect(SoundfontSearch(environment: ["XDG_DATA_HOME": "/x"]).folders.first == "/x/soundfonts")
    }
  }
#endif
