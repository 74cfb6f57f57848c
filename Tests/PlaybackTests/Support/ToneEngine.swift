#if Playback
  import Core
  import Foundation

  @testable import Playback

  /// A small exact engine for tests: every note is a sine that begins at its frame with full level and decays.
  final class ToneEngine: SoundEngine {
    let sampleRate: Int
    private(set) var panicCount = 0
    private var voices: [(phase: Double, step: Double, level: Double, left: Int64)] = []

    init(sampleRate: Int) { self.sampleRate = sampleRate }

    func timeline(of piece: Piece) -> PieceTimeline {
      PieceTimeline(
        events: piece.notes.map { note in
          let frame = PieceTimeline.frame(note.onsetSeconds, at: sampleRate)
          let end = PieceTimeline.frame(note.onsetSeconds + note.durationSeconds, at: sampleRate)
          return RenderEvent(
            frame: frame, kind: .noteOn, frequency: note.pitch.frequency,
            durationSeconds: Double(end - frame) / Double(sampleRate))
        }, frameCount: PieceTimeline.frame(piece.seconds, at: sampleRate))
    }

    func apply(_ event: RenderEvent, of piece: UnsafePointer<PieceTimeline.Contents>) {
      voices.append(
        (
          0, 2 * .pi * event.frequency / Double(sampleRate), 0.1,
          Int64(event.durationSeconds * Double(sampleRate)) + 1000
        ))
    }

    func render(left: UnsafeMutablePointer<Float>, right: UnsafeMutablePointer<Float>, frameCount: Int) {
      for frame in 0..<frameCount {
        var sum = 0.0
        for index in voices.indices where voices[index].left > 0 {
          sum += voices[index].level * cos(voices[index].phase)
          voices[index].phase += voices[index].step
          voices[index].level *= 0.9999
          voices[index].left -= 1
        }
        left[frame] = Float(sum)
        right[frame] = Float(-sum)
      }
      voices.removeAll { $0.left <= 0 }
    }

    func panic() {
      panicCount += 1
      voices = []
    }

    var activeVoiceCount: Int { voices.count }

    func holds(_ piece: UnsafePointer<PieceTimeline.Contents>) -> Bool { !voices.isEmpty }
  }

  /// Pieces for tests.
  enum TestPiece {
    /// A piece of one melody: row `rows[step % count]` in every step but the last.
    static func melody(_ rows: [Int] = [24, 20, 17, 12], steps: Int = 9, stepSeconds: Double = 0.05) -> Piece {
      var roll = PianoRoll(rowCount: 25, stepCount: steps)
      for step in 0..<(steps - 1) { roll[rows[step % rows.count], step] = true }
      var settings = PerformanceSettings()
      settings.stepSeconds = stepSeconds
      return Piece(roll: roll, settings: settings, score: ScoreBreakdown(entries: []), provenance: nil)
    }
  }
#endif
