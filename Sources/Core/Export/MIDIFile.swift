/// A standard MIDI file of type 1: tracks of events, and its bytes.
public struct MIDIFile: Sendable, Hashable {
  /// Ticks per quarter note, 1...32767.
  public var ticksPerQuarter: Int
  /// The tracks.
  public var tracks: [[MIDIEvent]]
  /// Where all tracks end, so that loops do not drift; a track with a later event ends with that.
  public var endTick: Int

  /// A file of these tracks; events may come in any order.
  public init(ticksPerQuarter: Int = MIDITiming.ticksPerQuarter, tracks: [[MIDIEvent]], endTick: Int = 0) {
    self.ticksPerQuarter = ticksPerQuarter
    self.tracks = tracks
    self.endTick = endTick
  }

  /// The file's bytes.
  ///
  /// Header chunk `MThd` (type, tracks, ticks per quarter note), then a chunk `MTrk` a track. Delta times exist here
  /// only; everything before counts ticks from the beginning.
  public var bytes: [UInt8] {
    var bytes = Array("MThd".utf8) + Self.bigEndian(6, count: 4)
    bytes += Self.bigEndian(1, count: 2) + Self.bigEndian(tracks.count, count: 2)
    bytes += Self.bigEndian(ticksPerQuarter, count: 2)
    for track in tracks {
      let chunk = Self.chunk(MIDIEvent.sorted(track), endTick: endTick)
      bytes += Array("MTrk".utf8) + Self.bigEndian(chunk.count, count: 4) + chunk
    }
    return bytes
  }

  private static func chunk(_ events: [MIDIEvent], endTick: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var lastTick = 0
    // Running status: a channel message whose status byte repeats leaves it out; anything else in between cancels it.
    var runningStatus: UInt8?
    for event in events {
      bytes += variableLength(event.tick - lastTick)
      lastTick = event.tick
      let message = event.message.bytes
      if let status = message.first, status < MIDIStatus.systemExclusive {
        bytes += status == runningStatus ? message[1...] : message[...]
        runningStatus = status
      } else {
        bytes += message
        runningStatus = nil
      }
    }
    return bytes + variableLength(endTick - lastTick) + MIDIMessage.endOfTrack.bytes
  }

  /// Seven bits a byte, the highest first, bit 7 set on all but the last; at most four bytes.
  static func variableLength(_ value: Int) -> [UInt8] {
    var rest = min(max(value, 0), 0x0FFF_FFFF)
    var bytes = [UInt8(rest & 0x7F)]
    while rest > 0x7F {
      rest >>= 7
      bytes.insert(UInt8(rest & 0x7F | 0x80), at: 0)
    }
    return bytes
  }

  fileprivate static func bigEndian(_ value: Int, count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

extension MIDIMessage {
  /// The message's bytes in a file, status byte first.
  var bytes: [UInt8] {
    switch self {
    case .noteOn(let channel, let key, let velocity):
      [MIDIStatus.noteOn | channel & 15, key & 127, velocity & 127]
    case .controlChange(let channel, let controller, let value):
      [MIDIStatus.controlChange | channel & 15, controller & 127, value & 127]
    case .programChange(let channel, let program): [MIDIStatus.programChange | channel & 15, program & 127]
    case .pitchBend(let channel, let value):
      [MIDIStatus.pitchBend | channel & 15, UInt8(value & 127), UInt8(value >> 7 & 127)]
    case .systemExclusive(let data):
      // In a file a length follows F0, and it counts the closing F7.
      [MIDIStatus.systemExclusive] + MIDIFile.variableLength(data.count + 1) + data.map { $0 & 127 }
        + [MIDIStatus.endOfExclusive]
    case .tempo(let tempo): Self.meta(MIDIMetaType.tempo, MIDIFile.bigEndian(Int(tempo), count: 3))
    case .timeSignature(let numerator, let power, let clocks, let thirtySeconds):
      Self.meta(MIDIMetaType.timeSignature, [numerator, power, clocks, thirtySeconds])
    case .keySignature(let sharps, let isMinor):
      Self.meta(MIDIMetaType.keySignature, [UInt8(bitPattern: sharps), isMinor ? 1 : 0])
    case .trackName(let name): Self.meta(MIDIMetaType.trackName, Array(name.utf8))
    case .text(let text): Self.meta(MIDIMetaType.text, Array(text.utf8))
    case .endOfTrack: Self.meta(MIDIMetaType.endOfTrack, [])
    }
  }

  private static func meta(_ type: UInt8, _ data: [UInt8]) -> [UInt8] {
    [MIDIStatus.meta, type] + MIDIFile.variableLength(data.count) + data
  }
}
