import Testing

@testable import Core

@Suite struct PieceJSONTests {
  @Test func keysInAFixedOrder() throws {
    let expected = """
      {
        "format": "rl-musician piece",
        "format_version": 2,
        "program_version": "0.1.0",
        "score": {
          "total": 71.33333333333333,
          "rules": {
            "noncyclicity": {
              "raw": 0.3333333333333333,
              "coefficient": 250.0,
              "weighted": 83.33333333333333
            },
            "lines": {
              "raw": -12.0,
              "coefficient": 1.0,
              "weighted": -12.0
            }
          }
        },
        "provenance": {
          "seed": "18446744073709551615",
          "population": 100,
          "episode": 2,
          "configuration_digest": "abc"
        },
        "time": {
          "steps": 4,
          "steps_per_quarter": 1,
          "meter": "4/4",
          "pickup_in_steps": 0,
          "step_seconds": 0.35,
          "tempo": [[0, 0.35]],
          "seconds": 1.4
        },
        "key": {
          "tonic": "Bb",
          "mode": "major",
          "fifths": -2
        },
        "lowest_note": "C4",
        "tuning": {
          "name": "12edo",
          "degrees_in_cents": [0.0, 100.0, 200.0, 300.0, 400.0, 500.0, 600.0, 700.0, 800.0, 900.0, 1000.0, 1100.0],
          "period_in_cents": 1200.0,
          "root_frequency": null
        },
        "tuning_output": null,
        "mpe_bend_range": 2,
        "roll": {
          "rows": 2,
          "steps": 4,
          "cells": 6,
          "notes": 2
        },
        "parts": [
          {
            "name": "Piano roll",
            "is_given": false,
            "midi": {
              "instrument": 0,
              "velocity": 63.7
            },
            "sinethesizer": {
              "timbre": "default_timbre",
              "volume": 1,
              "location": 0,
              "effects": "[{\\"name\\": \\"tremolo\\", \\"frequency\\": 6}]"
            },
            "notes": null
          }
        ],
        "interpretation": null
      }

      """
    var piece = try PieceFolderTests.piece()
    piece.key = KeySignature(tonic: 70, mode: .major)
    #expect(PieceJSON.text(piece, programVersion: "0.1.0") == expected)
  }

  /// What version 0.1 of the program wrote.
  static let firstVersion = """
    {
      "format": "rl-musician piece",
      "format_version": 1,
      "program_version": "0.1.0",
      "score": {
        "total": 71.33333333333333,
        "rules": {
          "noncyclicity": {
            "raw": 0.3333333333333333,
            "coefficient": 250.0,
            "weighted": 83.33333333333333
          },
          "lines": {
            "raw": -12.0,
            "coefficient": 1.0,
            "weighted": -12.0
          }
        }
      },
      "provenance": {
        "seed": 18446744073709551615,
        "population": 100,
        "episode": 2,
        "configuration_digest": "abc"
      },
      "roll": {
        "rows": 2,
        "steps": 4,
        "cells": 6,
        "notes": 2,
        "step_seconds": 0.35,
        "seconds": 1.4
      },
      "lowest_note": "C4",
      "tuning": {
        "name": "12edo",
        "degrees_in_cents": [0.0, 100.0, 200.0, 300.0, 400.0, 500.0, 600.0, 700.0, 800.0, 900.0, 1000.0, 1100.0],
        "period_in_cents": 1200.0,
        "root_frequency": null
      },
      "midi": {
        "instrument": 0,
        "velocity": 63.7
      },
      "sinethesizer": {
        "timbre": "default_timbre",
        "volume": 1,
        "location": 0,
        "effects": "[{\\"name\\": \\"tremolo\\", \\"frequency\\": 6}]"
      }
    }

    """

  @Test func theFirstVersionIsRead() throws {
    let piece = try PieceFolderTests.piece()
    let read = try PieceJSON.parse(Array(Self.firstVersion.utf8), roll: piece.roll, file: "piece.json")
    #expect(read.isRoll && read.roll == piece.roll && read.parts == piece.parts && read.tempo == piece.tempo)
    #expect(read.tuning == piece.tuning && read.lowestNote == piece.lowestNote && read.stepCount == 4)
    #expect(read.score == piece.score && read.provenance == piece.provenance)
  }

  @Test func aPieceInPartsComesBack() throws {
    for piece in [TestParts.trio, TestParts.performed(), TestParts.quarterTones] {
      let text = PieceJSON.text(piece, programVersion: "0.1.0")
      let read = try PieceJSON.parse(Array(text.utf8), roll: piece.roll, file: "piece.json")
      #expect(read.parts == piece.parts && read.tempo == piece.tempo && read.stepCount == piece.stepCount)
      #expect(read.stepsPerQuarter == piece.stepsPerQuarter && read.meter == piece.meter)
      #expect(read.pickupSteps == piece.pickupSteps && read.key == piece.key && !read.isRoll)
      #expect(read.interpretation == piece.interpretation && read.notes == piece.notes)
      #expect(PieceJSON.text(read, programVersion: "0.1.0") == text)
    }
  }

  @Test(arguments: [
    (
      #""format": "rl-musician piece""#, #""format": "other""#,
      #"format: found '"other"'; allowed: 'rl-musician piece'"#
    ),
    (#""format_version": 2"#, #""format_version": 3"#, "format_version: found '3'; allowed: an integer from 1 to 2"),
    (#""rows": 2"#, #""rows": 3"#, "roll.rows: found '3'; allowed: an integer from 2 to 2"),
    ("[[0, 0.35]]", "[[0, 0]]", "time.tempo: found '[[0, 0]]'"),
    ("[[0, 0.35]]", "null", "time.tempo: found 'nothing'"),
    ("[[0, 0.35]]", "[[0, 0.35, 1]]", "time.tempo"),
    (#""steps": 4,"#, #""steps": 5,"#, "steps: found '5'; allowed: an integer from 4 to 4"),
    (#""C4""#, #""H4""#, #"lowest_note: found '"H4"'; allowed: a note from C-1 to G9"#),
    ("[0.0, 100.0", "[1.0, 100.0", "degrees_in_cents"),
    ("[0.0, 100.0", "[0.0, 1e300", "degrees_in_cents"),
    (#""period_in_cents": 1200.0"#, #""period_in_cents": 1e300"#, "period_in_cents"),
    (#""root_frequency": null"#, #""root_frequency": 0"#, "tuning.root_frequency"),
    (
      #""instrument": 0"#, #""instrument": 128"#,
      "parts[0].midi.instrument: found '128'; allowed: an integer from 0 to 127"
    ),
    (#""velocity": 63.7"#, #""velocity": 1e300"#, "parts[0].midi.velocity"),
    (#"\"tremolo\""#, #"\"echo\""#, "parts[0].sinethesizer.effects"),
    (#""raw": -12.0"#, #""raw": "x""#, "score.rules.lines.raw"),
    (#""seed": "18446744073709551615""#, #""seed": -1"#, "provenance.seed: found '-1'"),
    (#""seed": "18446744073709551615""#, #""seed": 18446744073709551616"#, "provenance.seed"),
    (#""episode": 2"#, #""episode": 2.0"#, "provenance.episode"),
  ])
  func refusesWhatIsOutOfRange(original: String, replacement: String, message: String) throws {
    let piece = try PieceFolderTests.piece()
    let text = PieceJSON.text(piece, programVersion: "0.1.0")
    try #require(text.contains(original))
    let bytes = Array(text.replacing(original, with: replacement).utf8)
    let error = #expect(throws: DataError.self) {
      try PieceJSON.parse(bytes, roll: piece.roll, file: "piece.json")
    }
    #expect(error?.description.contains(message) == true, "\(String(describing: error))")
  }

  @Test func aPieceWithoutProvenanceOrRules() throws {
    var piece = try PieceFolderTests.piece()
    piece.provenance = nil
    piece.score = ScoreBreakdown(entries: [])
    let bytes = Array(PieceJSON.text(piece, programVersion: "0.1.0").utf8)
    let read = try PieceJSON.parse(bytes, roll: piece.roll, file: "piece.json")
    #expect(read.provenance == nil)
    #expect(read.score == piece.score)
  }

  /// Whatever a byte is changed to: a piece that can be exported, or an error.
  @Test(arguments: 0..<3) func noMutationTraps(form: Int) throws {
    let piece = form == 2 ? TestParts.performed(steps: 4) : try PieceFolderTests.piece()
    let bytes = Array(form == 0 ? Self.firstVersion.utf8 : PieceJSON.text(piece, programVersion: "0.1.0").utf8)
    let replacements = Array("0-9.e+{}[]\",:\\nu\u{0}".utf8) + [0xFF]
    for position in bytes.indices {
      // Every byte is tried with four of them, in turns.
      for turn in 0..<4 {
        var changed = bytes
        changed[position] = replacements[(4 * position + turn) % replacements.count]
        do {
          let read = try PieceJSON.parse(changed, roll: piece.roll, file: "piece.json")
          #expect(!MIDIFile(read).bytes.isEmpty && !PianoRollSVG.text(read).isEmpty)
        } catch {
          #expect(error.file == "piece.json")
        }
      }
    }
  }
}
