import Foundation
import Logging

@testable import Daemon

/// What the conductor's parts are made of, without a conductor.
struct TestParts {
  let folder: TestFolder
  let library: PieceLibrary
  let events = EventBroadcast()
  let announcer: Announcer
  let trainer = Trainer()

  init() throws {
    folder = try TestFolder()
    library = try folder.library()
    announcer = Announcer(events: events, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }
}
