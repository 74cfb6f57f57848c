"""The judge itself, and ten songs before it.

The program is RLMUSICIAN. Asserted of songs are the bands that ten pieces are enough for.
"""

import os
import pathlib

import mido
import pytest

import bands
import judge
import measures
import voices

#: Seeds that nobody tunes to.
SEEDS = [9101, 9102]
#: Bands of shares of pieces: ten are too few.
SHARES = {"tonic_start", "authentic", "home"}


def write(path, tracks, meters=((0, 4, 4),), key=None):
    """A MIDI file of tracks of (start, length, key) in quarters."""
    midi = mido.MidiFile(ticks_per_beat=480)
    for number, notes in enumerate(tracks):
        events = []
        if number == 0:
            events += [(t, mido.MetaMessage("time_signature", numerator=n, denominator=d)) for t, n, d in meters]
            if key:
                events.append((0, mido.MetaMessage("key_signature", key=key)))
        for start, length, pitch in notes:
            events.append((start, mido.Message("note_on", note=pitch, velocity=80, channel=number)))
            events.append((start + length, mido.Message("note_off", note=pitch, channel=number)))
        events.sort(key=lambda event: (event[0], event[1].type == "note_on"))
        track, now = mido.MidiTrack(), 0
        for time, message in events:
            track.append(message.copy(time=round((time - now) * 480)))
            now = time
        midi.tracks.append(track)
    midi.save(path)
    return voices.read(str(path))


def line(*pitches, length=1):
    return [(i * length, length, pitch) for i, pitch in enumerate(pitches)]


def test_parallels_are_heard(tmp_path):
    piece = write(tmp_path / "a.mid", [line(67, 69, 71, 72), line(60, 62, 64, 72 - 12)])
    figures = measures.counterpoint(piece)
    # Two parallel fifths and a fifth that opens into an octave, of three pairs.
    assert figures["par5"] == pytest.approx(200 / 3) and figures["par8"] == 0 and figures["crossing"] == 0
    piece = write(tmp_path / "b.mid", [line(72, 74, 72), line(60, 62, 64)])
    assert measures.counterpoint(piece)["par8"] == pytest.approx(50)


def test_crossing_and_order_of_voices(tmp_path):
    piece = write(tmp_path / "a.mid", [line(50, 52), line(72, 51)])
    assert [voice.pitches for voice in piece.voices] == [[72, 51], [50, 52]]
    assert measures.counterpoint(piece)["crossing"] == 50


def test_cadence_and_key(tmp_path):
    chords = [(60, 64, 67, 72), (65, 60, 69, 72), (55, 62, 65, 71), (48, 64, 67, 72)]
    tracks = [line(*(chord[voice] for chord in chords), length=2) for voice in range(4)]
    figures = measures.judge(write(tmp_path / "a.mid", tracks, key="C"))
    assert figures["authentic"] == 100 and figures["home"] == 100 and figures["tonic_start"] == 100
    assert figures["in_key"] == 100 and figures["strong_chord"] == 100 and figures["chords"] == 3


def test_leaps_and_extremes(tmp_path):
    figures = measures.melody(write(tmp_path / "a.mid", [line(60, 67, 65, 64, 72, 60)]))
    assert figures["leap_opposite"] == 100 and figures["leap_step"] == 50
    assert figures["unique_max"] == 100 and figures["unique_min"] == 0
    assert figures["step"] == pytest.approx(40)


def test_returning_bars(tmp_path):
    bar, other = [60, 62, 64, 65], [67, 60, 71, 62]
    exact = measures.form(write(tmp_path / "a.mid", [line(*bar, *bar)]))
    assert exact == {"exact": 100, "varied": 0}
    # A step higher is the same bar, upside down, too.
    assert measures.form(write(tmp_path / "b.mid", [line(*bar, *(p + 2 for p in bar))]))["exact"] == 100
    assert measures.form(write(tmp_path / "c.mid", [line(*bar, *(120 - p for p in bar))]))["exact"] == 100
    assert measures.form(write(tmp_path / "d.mid", [line(*bar, *other)]))["exact"] == 0
    assert measures.likeness({}, {}) == 0


def test_pickup_and_meter(tmp_path):
    piece = write(tmp_path / "a.mid", [line(60, 62, 64, 65, 67, 69, 71)], meters=((0, 1, 4), (1, 3, 4)))
    assert (piece.bar, piece.strong, piece.shift) == (3.0, 3.0, 2.0)
    assert [len(bar) for bar in piece.top_bars] == [1, 3, 3]
    assert piece.is_strong(1) and piece.is_strong(4) and not piece.is_strong(0)
    piece = write(tmp_path / "b.mid", [line(60, 62)], meters=((0, 6, 8),))
    assert (piece.bar, piece.strong) == (3.0, 1.5)


def test_motifs_of_the_table(tmp_path):
    phrase = [60, 62, 64, 65, 67, 65, 64, 62]
    figures = measures.rl_tuner(write(tmp_path / "a.mid", [line(*phrase, *phrase, length=0.5)]))
    assert figures["in_motif"] == 100 and figures["motif_again"] > 0 and figures["repeated"] == 0
    figures = measures.rl_tuner(write(tmp_path / "b.mid", [line(*[60] * 8)]))
    assert figures["repeated"] == pytest.approx(100 * 4 / 8) and figures["in_motif"] == 0


def test_bach_is_himself():
    figures = measures.table(voices.bach(4))
    assert 60 < figures["strong_cons"] < 95 and figures["strong_chord"] > 80 and figures["in_key"] > 85
    assert figures["apart"] > 60


def test_ten_songs(tmp_path):
    options = os.environ.get("JUDGE_OPTIONS", "").split()
    files = judge.compose(SEEDS, 5, "song", options, pathlib.Path(tmp_path))
    assert len(files) == 10
    figures = measures.table([voices.read(str(file)) for file in files])
    outside = [
        f"{band.name} {figures[band.name]:.2f} ({band.text})"
        for band in bands.BANDS
        if band.name not in SHARES and not band.holds(figures[band.name])
    ]
    assert not outside, outside
