import Logging
import Core
import Foundation
import Testing

@testable import Daemon

/// Melodies that are given to the daemon.
@Suite(.timeLimit(.minutes(10))) struct MelodyRoutesTests {
  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func aMelodyIsAnsweredAndBothAreInTheLibrary() async throws {
    let fixture = try await ControlFixture()
    for kind in ["counterpoint", "continuation", "theme"] {
      let body = #"{"text": "D4:2 F4:2 E4:2 D4:2 G4:4 F4:4", "kind": "\#(kind)", "tempo": 120}"#
      let answer = try fixture.ask("POST", "/api/melody", body)
      #expect(answer.status == 200, "\(answer.body)")
      let state = try object(answer.body)
      #expect(state["kind"] as? String == kind && state["tempo"] as? Double == 120)
      let id = try #require(state["piece"] as? Int64 ?? (state["piece"] as? NSNumber)?.int64Value)
      let record = try #require(try await fixture.conductor.library.piece(id))
      #expect(record.tags == ["answer", kind])
      #expect(record.note == "played: D4:2 F4:2 E4:2 D4:2 G4:4 F4:4")
      let piece = try fixture.conductor.library.read(record)
      #expect(piece.parts.contains { $0.notes.count > 1 })
    }
    await fixture.end()
  }

  @Test func notesAndFilesAreMelodiesToo() async throws {
    let fixture = try await ControlFixture()
    let notes = #"{"notes": [[0, 0.4, 60], [0.5, 0.4, 62], [1, 0.4, 64, 100], [1.5, 1, 65]]}"#
    let state = try object(try fixture.ask("POST", "/api/melody", notes).body)
    #expect(state["melody"] as? String == "C4:2 D4:2 E4:2 F4:4")
    let file = Data("C4 E4 G4 C4".utf8).base64EncodedString()
    #expect(try fixture.ask("POST", "/api/melody", #"{"file": "\#(file)"}"#).status == 200)
    await fixture.end()
  }

  /// Quarter notes of 480 ticks, 150 a minute.
  @Test func aFileIsAsFastAsItSays() async throws {
    let fixture = try await ControlFixture()
    var track: [UInt8] = [0, 0xFF, 0x51, 3, 0x06, 0x1A, 0x80]
    for key: UInt8 in [60, 62, 64, 60] { track += [0, 0x90, key, 80, 0x83, 0x60, 0x80, key, 0] }
    track += [0, 0xFF, 0x2F, 0]
    var bytes = Array("MThd".utf8)
    bytes += [0, 0, 0, 6, 0, 0, 0, 1, 1, 0xE0]
    bytes += Array("MTrk".utf8)
    bytes += [0, 0, 0, UInt8(track.count)]
    let file = Data(bytes + track).base64EncodedString()
    let state = try object(try fixture.ask("POST", "/api/melody", #"{"file": "\#(file)"}"#).body)
    #expect(state["melody"] as? String == "C4:2 D4:2 E4:2 C4:2" && state["tempo"] as? Double == 150)
    #expect((state["remarks"] as? [String])?.contains("the file's tempo is used, 150 a minute") == true)
    let other = try object(try fixture.ask("POST", "/api/melody", #"{"file": "\#(file)", "tempo": 70}"#).body)
    #expect(other["tempo"] as? Double == 70)
    await fixture.end()
  }

  /// Each is written once, with its own melody, whoever else waits for the disk.
  @Test func melodiesThatComeTogetherAreNotMixedUp() async throws {
    let fixture = try await ControlFixture()
    let tunes = ["C4:2 D4:2 E4:2 F4:2", "D4:2 F4:2 E4:2 D4:2", "G4:2 E4:2 F4:2 G4:2", "A4:2 C5:2 B4:2 A4:2"]
    let states = try await withThrowingTaskGroup(of: AnswerState.self) { group in
      for tune in tunes {
        let phrase = try PhraseQuantizer.Phrase(text: tune, tempo: 120)
        group.addTask { try await fixture.conductor.answer(phrase, kind: .counterpoint) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(states.map(\.melody)) == Set(tunes) && Set(states.compactMap(\.piece)).count == tunes.count)
    for state in states {
      let id = try #require(state.piece)
      let record = try #require(try await fixture.conductor.library.piece(id))
      #expect(record.note == "played: \(state.melody)")
    }
    await fixture.end()
  }

  /// Who sends melodies by the hundred is told so, in words, and the others are answered.
  @Test func moreThanSixteenAtOnceAreRefused() async throws {
    let fixture = try await ControlFixture()
    let answers = fixture.conductor.answers
    for _ in 0..<Answers.mostWaiting { #expect(answers.takeTurn()) }
    let refused = try fixture.ask("POST", "/api/melody", #"{"text": "C4:2 D4:2 E4:2 F4:2"}"#)
    #expect(refused.status == 429, "\(refused.body)")
    #expect(try object(refused.body)["error"] is String)
    answers.giveTurnBack()
    #expect(try fixture.ask("POST", "/api/melody", #"{"text": "C4:2 D4:2 E4:2 F4:2"}"#).status == 200)
    #expect(answers.takeTurn() && !answers.takeTurn())
    await fixture.end()
  }

  /// Too much for a melody, and said so.
  @Test func twoMegabytesAreRefusedInWords() async throws {
    let fixture = try await ControlFixture()
    let refused = try fixture.ask(
      "POST", "/api/melody", "{\"text\": \"" + String(repeating: "C4 ", count: 700_000) + "\"}")
    #expect(refused.status == 413, "\(refused.body)")
    #expect(try object(refused.body)["error"] is String)
    await fixture.end()
  }

  /// It says how long it was waited for.
  @Test func theTimeIsSaid() async throws {
    let fixture = try await ControlFixture()
    let state = try object(try fixture.ask("POST", "/api/melody", #"{"text": "C4:2 D4:2 E4:2 F4:2"}"#).body)
    #expect(try #require(state["milliseconds"] as? Double) > 0)
    await fixture.end()
  }

  @Test func ofTenThousandNotesTheLastAreTaken() async throws {
    let fixture = try await ControlFixture()
    let notes = (0..<10_000).map { "[\(Double($0) / 2), 0.4, \(60 + $0 % 12)]" }.joined(separator: ", ")
    let answer = try fixture.ask("POST", "/api/melody", #"{"notes": [\#(notes)], "kind": "continuation"}"#)
    #expect(answer.status == 200, "\(answer.body)")
    let remarks = try #require(try object(answer.body)["remarks"] as? [String])
    #expect(remarks.contains { $0.contains("10000") }, "\(remarks)")
    await fixture.end()
  }

  @Test(arguments: [
    (#"{}"#, 400), (#"{"text": "H4"}"#, 422), (#"{"text": "C4"}"#, 422), (#"{"notes": []}"#, 422),
    (#"{"notes": [[0, 1, 60]]}"#, 422), (#"{"notes": [[0, 1]]}"#, 400), (#"{"notes": [[0, 1, 600]]}"#, 400),
    (#"{"notes": 3}"#, 400), (#"{"file": "%%"}"#, 400), (#"{"file": "AAAA"}"#, 422),
    (#"{"text": "C4 D4", "file": "AAAA"}"#, 400), (#"{"text": "C4 D4", "kind": "fugue"}"#, 400),
    (#"{"text": "C4 D4", "voices": 9}"#, 400),
  ])
  func whatCannotBeUsedIsAnsweredInWords(_ body: String, _ status: Int) async throws {
    let fixture = try await ControlFixture()
    let answer = try fixture.ask("POST", "/api/melody", body)
    #expect(answer.status == status, "\(answer.body)")
    #expect(try object(answer.body)["error"] is String)
    await fixture.end()
  }

  @Test func knobsAreNamedAndLearnt() async throws {
    let fixture = try await ControlFixture()
    let usual = try object(try fixture.ask("GET", "/api/controls").body)
    #expect((usual["controls"] as? [String: String])?["volume"] == "control 7")
    #expect((usual["controls"] as? [String: String])?["rule 1"] == "control 16")
    // Nothing is heard here, so no knob can be.
    let refused = try fixture.ask("POST", "/api/controls", #"{"learn": "rule 2"}"#)
    #expect(refused.status == 409)
    #expect((try object(refused.body)["error"] as? String)?.hasPrefix("no knob can be heard") == true)
    #expect(try fixture.ask("POST", "/api/controls", #"{"learn": null}"#).status == 200)
    for body in [
      #"{"learn": "everything"}"#, #"{"learn": 7}"#, #"{"learn": "rule 65"}"#, #"{"learn": "rule 9"}"#, #"{}"#, #"[]"#,
      "",
    ] {
      #expect(try fixture.ask("POST", "/api/controls", body).status == 400, "\(body)")
    }
    await fixture.end()
  }

  @Test func whatWasLearntStays() throws {
    let folder = try TestFolder()
    let announcer = Announcer(events: EventBroadcast(), logger: .init(label: "test"))
    let learnt = PlaybackConfiguration.Controls().learning(.rule(1), from: .program(9))
    LearntControls.save(learnt, in: folder.path, announcer)
    let again = LearntControls.read(PlaybackConfiguration.Controls(), in: folder.path)
    #expect(again.meaning(of: .program(9)) == .rule(1) && again.meaning(of: .control(7)) == .action(.volume))
  }
}
