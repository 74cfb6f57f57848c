import Core
import Foundation
import Testing

@testable import rlmusician

/// Songs from a shell: styles, composed, explained, varied.
@Suite struct SongCommandTests {
  private static func folders(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("result_") }.sorted()
  }

  /// Composes a song of the style with `c.yml`; its folder's name.
  private static func compose(
    _ style: String = "song", populations: Int = 0, to output: String = ".", in folder: URL
  ) throws -> String {
    let composed = try CommandRun(
      [
        "--style", style, "-c", "c.yml", "-p", "\(populations)", "-e", "1", "--seed", "4", "--no-play", "-o", output,
      ], in: folder)
    #expect(composed.status == 0, "\(composed.errors)")
    return try #require(try folders(folder.appending(path: output)).first)
  }

  @Test func stylesAreListed() throws {
    let run = try CommandRun(["styles"])
    #expect(run.status == 0)
    #expect(run.output.split(separator: "\n").count == Style.all.count)
    for style in Style.all { #expect(run.output.contains("\(style.name) ") && run.output.contains(style.summary)) }
    #expect(try CommandRun(["styles", "waltz"]).output.contains("meter: 3/4"))
    #expect(try CommandRun(["styles", "--json"]).output.contains(#""kind": "song""#))
    let unknown = try CommandRun(["styles", "polka"])
    #expect(unknown.status == 64 && unknown.errors.contains("allowed: original, roll"))
    let near = try CommandRun(["config", "--style", "walz"])
    #expect(near.status == 64 && near.errors.contains("did you mean 'waltz'?"))
  }

  @Test func configSaysWhatAStyleMeans() throws {
    let run = try CommandRun(["config", "--style", "waltz"])
    #expect(run.status == 0 && run.output.contains("meter: 3/4") && run.output.contains("style: waltz"))
    let song = try CommandRun(["config", "--kind", "song"])
    #expect(song.output.contains("# Bars. 8 to 128.") && song.output.contains("style: null"))
  }

  /// Blanks, other letters and what looks like an escape of a URL are a path's own.
  @Test func variedWhereThePathIsNoURL() throws {
    try CommandRun.withFolder(["c.yml": "piece: {bars: 8}\naudio: {sample_rate: 8000}\n"]) { folder in
      let output = "my söngs %20"
      let piece = try Self.compose(populations: 1, to: output, in: folder)
      let place = folder.appending(path: output)
      // The agent is found beside the piece: none is trained.
      let varied = try CommandRun(["vary", "\(output)/\(piece)", "--keep", "section=A", "--seed", "1"], in: folder)
      #expect(varied.status == 0 && varied.errors.contains("\(output)/agent_weights"), "\(varied.errors)")
      #expect(try Self.folders(place).count == 2)
      let entries = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(entries == ["c.yml", output], "\(entries)")
    }
  }

  /// With its own timbres and its own room, whatever the default is; what is given now lies over that.
  @Test func renderedAsItWasComposed() throws {
    let files = [
      "c.yml": "piece: {bars: 8}\naudio: {sample_rate: 8000}\n", "rate.yml": "audio: {sample_rate: 8000}\n",
      "dry.yml": "audio: {sample_rate: 8000, reverb: 0}\n",
    ]
    try CommandRun.withFolder(files) { folder in
      let piece = try Self.compose("slendro", in: folder)
      func sound(_ path: String) throws -> Data { try Data(contentsOf: folder.appending(path: "\(path)/music.wav")) }
      let own = try sound(piece)
      for (file, isSame) in [("rate.yml", true), ("dry.yml", false)] {
        let rendered = try CommandRun(["render", piece, "-c", file, "-o", "out"], in: folder)
        #expect(rendered.status == 0, "\(rendered.errors)")
        #expect(try (sound(String(rendered.output.dropLast())) == own) == isSame, "\(file)")
      }
    }
  }

  /// Two songs that mean different timbres by one name are heard each with its own.
  @Test func piecesAreHeardWithTheirOwnTimbres() throws {
    let styles = try ["slendro", "bohlen-pierce", "waltz"].map { name in
      try Configuration(text: "piece: {bars: 8}", file: "c.yml", style: Style.named(name))
    }
    var sounds = PieceSounds(try Configuration(text: "", file: "c.yml"))
    for configuration in styles {
      let piece = Training(configuration: configuration, seed: 1, threads: 1, populations: 0).composePiece(episode: 0)
      let heard = try sounds.add(piece, file: "piece.json")
      for (own, part) in zip(piece.parts, heard.parts) {
        #expect(sounds.timbres[part.timbre] == configuration.timbres[own.timbre], "\(own.timbre)")
      }
    }
    #expect(sounds.reverb == styles[0].audio.reverb && sounds.reverb > 0)
    var piece = Training(configuration: styles[0], seed: 1, threads: 1, populations: 0).composePiece(episode: 0)
    piece.song?.configuration =
      "timbres: [{name: metal, fundamental_waveform: square, fundamental_volume_envelope: {name: spike}}]"
    let other = try sounds.add(piece, file: "piece.json")
    #expect(other.parts.allSatisfy { $0.timbre == "metal 2" })
    #expect(sounds.timbres["metal 2"] != sounds.timbres["metal"])
  }

  /// A style in the file is what `--style` is, and parts in the file take the song's place.
  @Test func variedByAFile() throws {
    let files = [
      "c.yml": "piece: {bars: 8}\naudio: {sample_rate: 8000}\n",
      "waltz.yml": "style: waltz\naudio: {sample_rate: 8000}\n",
      "parts.yml": "piece: {parts: [{name: High}, {name: Low, lowest_note: C2, highest_note: C4}]}\n",
    ]
    try CommandRun.withFolder(files) { folder in
      let piece = try Self.compose(in: folder)
      for (file, part) in [("waltz.yml", #""meter": "3/4""#), ("parts.yml", #""name": "High""#)] {
        let varied = try CommandRun(
          ["vary", piece, "-c", file, "--keep", "theme", "-p", "0", "--seed", "1", "-o", file + ".out"], in: folder)
        #expect(varied.status == 0, "\(varied.errors)")
        let child = varied.output.dropLast()
        let text = try String(contentsOf: folder.appending(path: "\(child)/piece.json"), encoding: .utf8)
        #expect(text.contains(part), "\(file)")
      }
    }
  }

  @Test func composedExplainedVaried() throws {
    let files = [
      "c.yml": "piece: {bars: 8}\naudio: {sample_rate: 8000}\n", "roll.yml": "style: roll\n",
      "waltz.yml": "style: waltz\n",
    ]
    try CommandRun.withFolder(files) { folder in
      let piece = try Self.compose(in: folder)
      let table = try CommandRun(["score", piece], in: folder)
      #expect(table.status == 0 && table.output.contains("likeness") && table.output.contains("\n    8 "))
      let named = try CommandRun(["score", "\(piece)/piece.json"], in: folder)
      #expect(named.status == 0 && named.output.contains("\n    8 "), "\(named.errors)")
      let json = try CommandRun(["score", piece, "--json"], in: folder)
      #expect(json.output.contains(#""songs": [{"file""#) && json.output.contains(#""bar": 8"#))
      let varied = try CommandRun(
        ["vary", piece, "--keep", "section=A", "-c", "c.yml", "-p", "0", "--seed", "1"], in: folder)
      #expect(varied.status == 0, "\(varied.errors)")
      let child = try #require(try Self.folders(folder).first { $0 != piece })
      let text = try String(contentsOf: folder.appending(path: "\(child)/piece.json"), encoding: .utf8)
      #expect(text.contains(#""name": "\#(piece)""#) && text.contains(#""kept": ["section A"]"#))
      let lower = try CommandRun(["vary", piece, "--transpose", "-14", "--seed", "1"], in: folder)
      #expect(lower.status == 0, "\(lower.errors)")
      for (arguments, status, part) in [
        (["vary", piece, "--keep", "part=9"], 65, "part=Melody"),
        (["vary", piece, "--transpose", "30"], 64, "-24 to 24"),
        (["vary", piece, "--transpose", "-25"], 64, "found -25"),
        (
          ["vary", piece, "--transpose", "24"], 65, "--transpose: found 24; allowed for this song: -14 to 22 semitones"
        ),
        (
          ["vary", piece, "--transpose", "-15"], 65,
          "--transpose: found -15; allowed for this song: -14 to 22 semitones"
        ),
        (["vary", piece, "--tempo", "-1"], 64, "--tempo: found -1.0"), (["vary", piece, "-p", "-1"], 64, "found -1"),
        (["vary", piece, "--meter", "5/4"], 64, "found '5/4'; allowed: 2/4, 3/4"),
        (["vary", "nowhere"], 66, "nowhere"),
        (["vary", piece, "--style", "waltz", "--transpose", "1"], 64, "one of the two"),
        (["vary", piece, "--style", "roll"], 64, "found 'roll'; allowed: song"),
        (["vary", piece, "-o", ""], 64, "--output"),
        // Said at once: to train so many populations takes hours.
        (["vary", piece, "--keep", "theme", "-p", "1000000", "-o", "c.yml"], 73, "c.yml"),
        (["vary", piece, "-c", "roll.yml"], 78, "roll.yml:1: style: found 'roll'; allowed: song"),
        (["vary", piece, "-c", "waltz.yml", "--transpose", "1"], 64, "one of the two"),
        (["vary", piece, "--keep", "theme", "--weights", "c.yml"], 65, "c.yml"),
      ] as [([String], Int32, String)] {
        let run = try CommandRun(arguments, in: folder)
        #expect(run.status == status && run.errors.contains(part), "\(arguments): \(run.status) \(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1)
      }
    }
  }
}
