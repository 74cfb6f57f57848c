#!/usr/bin/env python3
"""An independent judge of pieces in voices.

    judge.py PIECE.mid...      judges MIDI files whose tracks are voices
    judge.py --bach 20         judges chorales by Bach, for comparison
    judge.py --compose 4 --seeds 7001 7002 ... [--style song]
                               lets the program (RLMUSICIAN) compose, and judges that

It knows nothing of how a piece was made: no plan, no rules of ours. Notated time counts, not how a piece is played.

  par5, par8     parallel fifths / octaves (and unisons) a hundred pairs of voices that both move
  hidden_outer   hidden fifths and octaves of the outer voices, a piece;   crossing: % of sonorities with voices crossed
  strong_cons    % of sonorities on strong beats that are consonant;   strong_chord: % that are a triad or seventh chord
  chords         different chords on strong beats, a piece;   changes: changes of that chord a bar
  inner          notes a bar of an inner voice
  leap_opposite  % of the top voice's leaps of a fourth and more that turn back;   leap_step: by step
  step, repeat   % of the top voice's intervals;   unique_max, unique_min: % of pieces with a single highest, lowest note
  in_key         % of notes in the key that music21 finds;   tonic_start: % of pieces whose top voice begins on the tonic
  authentic      % of pieces that end V-I or vii-I;   home: with the tonic's chord
  exact, varied  % of the top voice's bars that an earlier bar equals / resembles (0.6 and more)
  own_other      how much more a bar resembles an earlier one of its own piece than of another: a theme of its own
  apart          % of sixteenths in which two pieces' top voices are on different degrees
  repeated, lag1..3, in_motif, motif_again   the table of Jaques et al. 2017, on eighths
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import bands
import measures
import voices


def compose(
    seeds: list[int], pieces: int, style: str, options: list[str], folder: pathlib.Path
) -> list[pathlib.Path]:
    """MIDI files of so many pieces of every seed."""
    program = os.environ.get("RLMUSICIAN", "rlmusician")
    files = []
    for seed in seeds:
        output = folder / str(seed)
        command = [program, "train", "--style", style, "--seed", str(seed), "-e", str(pieces), "-o", str(output)]
        subprocess.run([*command, "--no-play", *options], check=True, stdout=subprocess.DEVNULL)
        files += sorted(output.glob("result_*/music.mid"))
    return files


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", help="MIDI files")
    parser.add_argument("--bach", type=int, metavar="COUNT")
    parser.add_argument("--compose", type=int, metavar="PIECES", help="pieces of every seed")
    parser.add_argument("--seeds", type=int, nargs="+", default=[7001, 7002, 7003, 7004, 7005])
    parser.add_argument("--style", default="song")
    parser.add_argument("--options", default="", help="further options of the program")
    parser.add_argument("--json", metavar="FILE", help="also writes the figures there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = list(options.files)
        if options.compose:
            files += compose(
                options.seeds, options.compose, options.style, options.options.split(), pathlib.Path(folder)
            )
        pieces = voices.bach(options.bach) if options.bach else [voices.read(str(file)) for file in files]
    if not pieces:
        sys.exit("nothing to judge: name MIDI files, --bach or --compose")
    figures = measures.table(pieces)
    print(bands.report(figures, len(pieces)))
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
