#if Playback
  import CMallocCounter
  import Core
  import Foundation
  import Synchronization
  import Testing

  @testable import Playback

  /// Fonts of which only a part is loaded. Our own stands in for a large one, by a smaller limit.
  @Suite struct LargeSoundfontTests {
    private func engine(_ programs: [Int], notice: @escaping @Sendable (String) -> Void = { _ in }) throws
      -> FluidSynthEngine
    {
      try OwnSoundfont.withFile {
        try FluidSynthEngine(
          sampleRate: 48_000, soundfont: $0, programs: programs, largestWholeByteCount: 1000, notice: notice)
      }
    }

    private func piece(program: Int) -> Piece {
      var piece = TestPiece.melody([24, 20, 17, 12, 3], steps: 9, stepSeconds: 0.1)
      piece.parts[0].program = program
      return piece
    }

    @Test func wantedProgramsSoundAsInTheWholeFont() throws {
      let pieces = [16, 73, 16].map { piece(program: $0) }
      let part = OfflineRenderer.render(pieces, with: try engine([16, 73]))
      let whole = OfflineRenderer.render(
        pieces,
        with: try OwnSoundfont.withFile { try FluidSynthEngine(sampleRate: 48_000, soundfont: $0, programs: [16, 73]) })
      let count = min(part.left.count, whole.left.count)
      #expect(count > 100_000)
      #expect(Audio.signalToNoise(part.left[..<count], whole.left[..<count]) > 40)
    }

    @Test func otherProgramsAreStoodInForAndALineSaysSo() throws {
      let lines = Mutex<[String]>([])
      let engine = try engine([16]) { line in lines.withLock { $0.append(line) } }
      let sound = OfflineRenderer.render([piece(program: 73), piece(program: 73)], with: engine).left
      #expect(sound.contains { abs($0) > 0.01 })
      #expect(
        lines.withLock { $0 } == [
          "the program's own soundfont is too large to load program 73 while it plays; program 16 sounds instead"
        ])
    }

    /// Programs are selected, and everything is reset, on the audio thread.
    @Test(.enabled(if: malloc_counter_works(), "a sanitizer counts allocations itself"))
    func nothingIsLoadedOnTheAudioThread() throws {
      let engine = try engine([16, 73])
      let timelines = [16, 73, 16].map { engine.timeline(of: piece(program: $0)) }
      malloc_counter_begin()
      // No `for`: unoptimized, its iterator allocates.
      var place = 0
      while place < timelines.count {
        let contents = timelines[place].contents
        var index = 0
        while contents.pointee.events[index].kind == .program {
          engine.apply(contents.pointee.events[index], of: UnsafePointer(contents))
          index += 1
        }
        engine.panic()
        place += 1
      }
      let counts = malloc_counter_end()
      withExtendedLifetime(timelines) {}
      #expect(counts.allocations == 0 && counts.frees == 0 && counts.locks == 0)
    }

    /// 3 GB, nearly all of it a hole in the file: in a moment, and without the memory.
    @Test func aHugeFontIsPlayed() throws {
      let path = FileManager.default.temporaryDirectory.appending(path: "huge-\(UUID().uuidString).sf2").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      let hole = 3_000_000_000
      var bytes = OwnSoundfont.bytes
      func lengthen(_ place: Int) {
        let length = (0..<4).reduce(0) { $0 + Int(bytes[place + $1]) << (8 * $1) } + hole
        for index in 0..<4 { bytes[place + index] = UInt8(truncatingIfNeeded: length >> (8 * index)) }
      }
      let samples = try #require(bytes.firstRange(of: Array("smpl".utf8))).upperBound
      let tables = try #require(bytes.firstRange(of: Array("pdta".utf8))).lowerBound - 8
      for place in [4, samples - 12, samples] { lengthen(place) }
      #expect(FileManager.default.createFile(atPath: path, contents: nil))
      let file = try #require(FileHandle(forWritingAtPath: path))
      try file.write(contentsOf: bytes[..<tables])
      try file.seek(toOffset: UInt64(tables + hole))
      try file.write(contentsOf: bytes[tables...])
      try file.close()
      let engine = try SoundfontSearch(environment: [:]).engine(named: path, sampleRate: 48_000, programs: [16]) { _ in
      }
      let own = try OwnSoundfont.withFile { try FluidSynthEngine(sampleRate: 48_000, soundfont: $0, programs: [16]) }
      let huge = OfflineRenderer.render([piece(program: 16)], with: engine).left
      let reference = OfflineRenderer.render([piece(program: 16)], with: own).left
      #expect(Audio.signalToNoise(huge[..<40_000], reference[..<40_000]) > 40)
    }
  }
#endif
