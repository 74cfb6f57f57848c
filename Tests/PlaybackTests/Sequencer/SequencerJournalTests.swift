#if Playback
  import Core
  import Foundation
  import Testing

  @testable import Playback

  @Suite struct SequencerJournalTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "journal-\(UUID().uuidString)")
    private let entry = SequencerJournal.Entry(
      ports: [SequencerDestinationTests.through, SequencerDestinationTests.ardour], channels: [0, 9], tunings: [.mpe])

    @Test func aLivingProcessIsLeftAloneAndADeadOneReportedOnce() throws {
      defer { try? FileManager.default.removeItem(at: folder) }
      let journal = SequencerJournal(folder: folder)
      journal.remember(SequencerJournal.Entry(ports: [SequencerDestinationTests.synth], channels: [0, 1, 2, 3]))
      journal.remember(entry)
      #expect(SequencerJournal.abandoned(in: folder) == [])
      journal.close(removing: false)  // as a kill does
      #expect(SequencerJournal.abandoned(in: folder) == [entry])
      #expect(SequencerJournal.abandoned(in: folder) == [])
    }

    @Test(
      arguments: [
        (nil, 0...127), ([], 0...127), ([60, 72], 60...72), ([72, 60], 60...72), ([200, 210], 0...127), ([64], 64...64),
      ] as [([UInt8]?, ClosedRange<UInt8>)])
    func keysOfAnyFileAreKeys(_ keys: [UInt8]?, _ expected: ClosedRange<UInt8>) {
      #expect(SequencerSilence.keys(SequencerJournal.Entry(ports: [], channels: [], keys: keys)) == expected)
    }

    @Test func aCleanStopLeavesNothing() throws {
      defer { try? FileManager.default.removeItem(at: folder) }
      let journal = SequencerJournal(folder: folder)
      journal.remember(entry)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
      journal.close(removing: true)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test(arguments: [
      "", "{", "[]", #"{"ports":[{"address":{"client":1}}],"channels":[0]}"#, #"{"ports":[],"channels":[999]}"#,
    ])
    func rubbishIsIgnoredAndRemoved(_ text: String) throws {
      defer { try? FileManager.default.removeItem(at: folder) }
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: folder.appending(path: "sequencer-1-2.json"))
      #expect(SequencerJournal.abandoned(in: folder) == [])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func aFolderThatCannotBeMadeIsNoError() {
      let journal = SequencerJournal(folder: URL(filePath: "/proc/nowhere"))
      journal.remember(entry)
      #expect(SequencerJournal.abandoned(in: URL(filePath: "/proc/nowhere")) == [])
    }

    @Test func folders() {
      let home = ["HOME": "/home/a"]
      func folder(_ more: [String: String]) -> String {
        SequencerJournal.defaultFolder(home.merging(more) { $1 }).path
      }
      #expect(folder([:]) == "/home/a/.local/state/rl-musician")
      #expect(folder(["XDG_STATE_HOME": "/s"]) == "/s/rl-musician")
      #expect(folder(["XDG_STATE_HOME": "relative"]) == "/home/a/.local/state/rl-musician")
      #expect(folder(["STATE_DIRECTORY": "/var/lib/rl-musician:/other"]) == "/var/lib/rl-musician")
    }
  }
#endif
