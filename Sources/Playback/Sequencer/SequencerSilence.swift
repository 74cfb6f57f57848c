internal import Core
internal import Foundation
internal import Glibc

/// What is sent so that nothing is left sounding.
enum SequencerSilence {
  /// For receivers that count pedals, or missed a note-off.
  static func quiet(_ channels: [UInt8]) -> [MIDIMessage] {
    channels.flatMap { channel -> [MIDIMessage] in
      [
        .controlChange(channel: channel, controller: MIDIController.sustain, value: 0),
        .controlChange(channel: channel, controller: MIDIController.allNotesOff, value: 0),
      ]
    }
  }

  /// Ends what processes that were killed have left sounding, at the ports they played to.
  static func endAbandoned(in folder: URL, client: SequencerClient) {
    let entries = SequencerJournal.abandoned(in: folder)
    guard !entries.isEmpty else { return }
    let present = client.destinations()
    for entry in entries {
      let channels = Set(entry.channels).filter { $0 < 16 }.sorted()
      let keys = keys(entry)
      for port in entry.ports {
        // Under its old number, or under the number its program has now.
        let known = present.filter { $0.hasNames(of: port) }
        for target in known.contains(port) ? [port] : known {
          for (index, channel) in channels.enumerated() {
            // A receiver holds 200 events until it wakes up.
            if index > 0 { usleep(20_000) }
            for key in keys {
              client.sendNow(.midi(.noteOn(channel: channel, key: key, velocity: 0)), to: target.address)
            }
          }
          for message in quiet(channels) { client.sendNow(.midi(message), to: target.address) }
          for output in entry.tunings ?? [] {
            usleep(20_000)
            for message in output.reset(channels: channels) { client.sendNow(.midi(message), to: target.address) }
          }
        }
      }
    }
  }

  /// The keys that may sound; whatever the file says, there are 128.
  static func keys(_ entry: SequencerJournal.Entry) -> ClosedRange<UInt8> {
    guard let lowest = entry.keys?.min(), let highest = entry.keys?.max(), highest < 128 else { return 0...127 }
    return lowest...highest
  }
}
