import Core
import Foundation
import Logging
import Testing

@testable import Daemon

/// Answers and the disk that does not take them.
@Suite(.timeLimit(.minutes(2))) struct AnswersTests {
  private let parts: TestParts
  private let configuration: Core.Configuration
  private let phrase: PhraseQuantizer.Phrase

  init() throws {
    parts = try TestParts()
    configuration = try testConfiguration()
    phrase = try PhraseQuantizer.Phrase(text: "D4:2 F4:2 E4:2 D4:2 G4:4 F4:4")
  }

  private var wish: Answers.Wish {
    var wish = Answers.Wish()
    wish.kind = .continuation
    return wish
  }

  /// A file stands where the pieces' folder has to be.
  private func fill(_ library: PieceLibrary) throws {
    try FileManager.default.removeItem(atPath: library.output)
    try Data().write(to: URL(filePath: library.output))
  }

  /// Nobody has to play again for it.
  @Test func whatTheDiskRefusedIsWrittenWhenItCan() async throws {
    let sound = Sound(configuration, library: parts.library, announcer: parts.announcer, pulse: Pulse())
    let answers = Answers(
      configuration, library: parts.library, announcer: parts.announcer, sound: sound, patience: .milliseconds(20))
    try fill(parts.library)
    #expect(try await answers.answer(phrase, wish).piece == nil)
    #expect(answers.unwrittenCount == 1)
    #expect(parts.announcer.problemTexts.map { $0.hasPrefix("an answer cannot be written") } == [true])
    // Pieces of the sessions are another queue: what it can write says nothing of this one.
    parts.announcer.report("write a finished piece", "a finished piece cannot be written")
    parts.announcer.resolve("write a finished piece")
    #expect(parts.announcer.problemTexts.count == 1)
    try FileManager.default.removeItem(atPath: parts.library.output)
    try await waits(for: "the answer") { answers.unwrittenCount == 0 }
    #expect(try await parts.library.totals().pieces == 1)
    try await waits(for: "its label") {
      try await parts.library.list().pieces.first?.tags == ["answer", "continuation"]
    }
    #expect(parts.announcer.problemTexts.isEmpty)
  }

  /// At the end it is tried once more, and what is lost is said.
  @Test(arguments: [false, true]) func theEndSaysWhatIsLost(isThereRoom: Bool) async throws {
    let conductor = Conductor(
      configuration: try testConfiguration("sessions: {start_paused: true}"), file: nil, library: parts.library,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let events = conductor.events.subscribe()
    async let end: Void = conductor.run()
    try await waits(for: "a pause") { await conductor.phase == .paused }
    try fill(parts.library)
    #expect(try await conductor.answer(phrase, kind: .continuation).piece == nil)
    #expect(await conductor.status().unwrittenCount == 1)
    if isThereRoom { try FileManager.default.removeItem(atPath: parts.library.output) }
    await conductor.end()
    await end
    var isSaid = false
    for await event in events {
      if case .log(let line) = event, line.text.contains("1 variations and answers could not be written") {
        isSaid = true
      }
    }
    #expect(isSaid != isThereRoom)
    #expect(try await parts.library.totals().pieces == (isThereRoom ? 1 : 0))
  }
}
