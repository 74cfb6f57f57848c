"""What a judge that knows nothing of our rules says of a piece: music21's opinion, and counting.

Every function gives figures by name; the names are those of the table that `make judge` prints.
"""

from __future__ import annotations

import itertools
from functools import cache

from music21 import chord, key, note, roman, stream, voiceLeading

from voices import Piece, Voice

Figures = dict[str, float]


def percent(part: int, whole: int) -> float:
    return 100 * part / max(1, whole)


# What music21 says of intervals and chords, asked once each.


@cache
def _note(pitch: int) -> note.Note:
    result = note.Note()
    result.pitch.midi = pitch
    return result


@cache
def _motion(high: tuple[int, int], low: tuple[int, int]) -> tuple[bool, bool, bool]:
    """Parallel fifths; parallel octaves or unisons; hidden fifths or octaves."""
    quartet = voiceLeading.VoiceLeadingQuartet(*map(_note, (*high, *low)))
    return (
        quartet.parallelFifth(),
        quartet.parallelOctave() or quartet.parallelUnison(),
        quartet.hiddenFifth() or quartet.hiddenOctave(),
    )


@cache
def _kind(pitches: tuple[int, ...]) -> tuple[bool, bool]:
    """Consonant; a triad (perhaps without its fifth) or a seventh chord."""
    sound = chord.Chord(list(pitches))
    is_chord = (
        sound.isTriad()
        or sound.isSeventh()
        or sound.isIncompleteMajorTriad()
        or sound.isIncompleteMinorTriad()
    )
    return sound.isConsonant(), is_chord


def counterpoint(piece: Piece) -> Figures:
    """Parallels a hundred pairs of voices that both move, hidden ones of the outer voices, crossed sonorities."""
    voices = piece.voices
    if len(voices) < 2:
        return {}
    fifths = octaves = hidden = moving = crossed = full = 0
    outer = (0, len(voices) - 1)
    for time in piece.times:
        before, after = piece.sonority(time - 0.02), piece.sonority(time)
        if None not in after:
            full += 1
            crossed += any(above < below for above, below in itertools.pairwise(after))
        for pair in itertools.combinations(range(len(voices)), 2):
            high, low = ((before[voice], after[voice]) for voice in pair)
            if None in high or None in low or high[0] == high[1] or low[0] == low[1]:
                continue
            fifth, octave, is_hidden = _motion(high, low)
            moving += 1
            fifths += fifth
            octaves += octave
            hidden += is_hidden and pair == outer
    return {
        "par5": percent(fifths, moving),
        "par8": percent(octaves, moving),
        "hidden_outer": hidden,
        "crossing": percent(crossed, full),
    }


def harmony(piece: Piece) -> Figures:
    """What stands on strong beats, how often it changes, how much the inner voices move."""
    figures: Figures = {}
    kinds, heard = [], []
    for time in piece.times:
        sound = {pitch for pitch in piece.sonority(time) if pitch is not None}
        if len(sound) > 1 and piece.is_strong(time):
            kinds.append(_kind(tuple(sorted(sound))))
            heard.append(frozenset(pitch % 12 for pitch in sound))
    bars = piece.end / piece.bar
    if kinds:
        figures["strong_cons"] = percent(sum(kind[0] for kind in kinds), len(kinds))
        figures["strong_chord"] = percent(sum(kind[1] for kind in kinds), len(kinds))
        figures["chords"] = len({sound for sound, kind in zip(heard, kinds) if kind[1]})
        figures["changes"] = sum(a != b for a, b in itertools.pairwise(heard)) / bars
    inner = piece.voices[1:-1]
    if inner:
        figures["inner"] = sum(map(len, inner)) / len(inner) / bars
    return figures


def tonality(piece: Piece) -> Figures:
    """Whether the notes are in a key, whether the piece begins and ends at home. Notes down the piece's tonic."""
    score = stream.Score()
    for voice in piece.voices:
        part = stream.Part()
        for sung in voice:
            written = note.Note()
            written.pitch.midi = sung.pitch
            written.quarterLength = sung.length
            part.insert(sung.start, written)
        score.insert(0, part)
    found = score.analyze("key")
    named = found
    if piece.signature:
        tonic = piece.signature.rstrip("m").replace("b", "-")
        named = key.Key(tonic.lower() if piece.signature.endswith("m") else tonic)
    piece.tonic = named.tonic.pitchClass
    scale = {pitch.pitchClass for pitch in found.pitches}
    if found.mode == "minor":
        scale.add((found.tonic.pitchClass - 1) % 12)
    everything = [sung.pitch for voice in piece.voices for sung in voice]
    figures = {
        "in_key": percent(sum(pitch % 12 in scale for pitch in everything), len(everything)),
        "tonic_start": 100.0 * (piece.top[0].pitch % 12 == piece.tonic),
    }
    if len(piece.voices) > 2:
        numerals = [roman.romanNumeralFromChord(c, named).romanNumeralAlone.upper() for c in _last_chords(piece)]
        figures["authentic"] = 100.0 * (numerals in (["V", "I"], ["VII", "I"]))
        figures["home"] = 100.0 * (numerals[-1:] == ["I"])
    return figures


def _last_chords(piece: Piece) -> list[chord.Chord]:
    """The last two different triads and seventh chords."""
    chords: list[chord.Chord] = []
    for time in piece.times:
        sound = [pitch for pitch in piece.sonority(time) if pitch is not None]
        if len(sound) < 3:
            continue
        here = chord.Chord(sound)
        if not (here.isTriad() or here.isSeventh()):
            continue
        if not chords or chords[-1].orderedPitchClasses != here.orderedPitchClasses:
            chords.append(here)
    return chords[-2:]


def melody(piece: Piece) -> Figures:
    """The top voice: steps, repetitions, how its leaps are left, its extremes."""
    top = piece.top.pitches
    steps = [after - before for before, after in itertools.pairwise(top)]
    leaps = [(leap, then) for leap, then in itertools.pairwise(steps) if abs(leap) >= 5]
    figures = {
        "step": percent(sum(1 <= abs(step) <= 2 for step in steps), len(steps)),
        "repeat": percent(steps.count(0), len(steps)),
        "durations": len({sung.length for sung in piece.top}),
        "unique_max": 100.0 * (top.count(max(top)) == 1),
        "unique_min": 100.0 * (top.count(min(top)) == 1),
        "notes_beat": sum(map(len, piece.voices)) / piece.end,
    }
    if leaps:
        turned = [then for leap, then in leaps if leap * then < 0]
        figures["leap_opposite"] = percent(len(turned), len(leaps))
        figures["leap_step"] = percent(sum(abs(then) <= 2 for then in turned), len(leaps))
    return figures


# Bars that return.


def _degree(interval: int) -> int:
    """An interval in semitones as steps of a scale, roughly: a minor and a major third are one."""
    return (abs(interval) + 1) // 2 * (1 if interval > 0 else -1)


def likeness(bar: dict[float, int], other: dict[float, int]) -> float:
    """Half the share of common onsets, half the share of equal intervals between them, also upside down."""
    every, common = bar.keys() | other.keys(), sorted(bar.keys() & other.keys())
    if not every:
        return 0.0
    moves = [(bar[b] - bar[a], other[b] - other[a]) for a, b in itertools.pairwise(common)]
    equal = max((sum(_degree(x) == _degree(sign * y) for x, y in moves) for sign in (1, -1)), default=0)
    return len(common) / len(every) / 2 + (equal / len(moves) / 2 if moves else 0)


def form(piece: Piece) -> Figures:
    """Bars of the top voice that an earlier bar was like."""
    bars = piece.top_bars
    best = [max(likeness(bar, bars[i]) for i in range(n)) for n, bar in enumerate(bars) if n and bar]
    return {
        "exact": percent(sum(value > 0.999 for value in best), len(best)),
        "varied": percent(sum(0.6 <= value <= 0.999 for value in best), len(best)),
    }


def rl_tuner(piece: Piece) -> Figures:
    """The table of Jaques et al. (Tuning recurrent neural networks with reinforcement learning, 2017), on eighths."""
    top = piece.top
    count = int(2 * max(sung.end for sung in top))
    hold, stop = -1, -2
    events = [hold] * count
    for sung in top:
        end = int(2 * sung.end)
        if end < count and events[end] == hold:
            events[end] = stop
        events[min(count - 1, int(2 * sung.start))] = sung.pitch
    run = excess = 0
    for before, after in itertools.pairwise(top.pitches):
        run = run + 1 if before == after else 0
        excess += run >= 4
    mean = sum(events) / count
    centred = [event - mean for event in events]
    variance = sum(value * value for value in centred)
    figures = {"repeated": percent(excess, len(top))}
    for lag in (1, 2, 3):
        figures[f"lag{lag}"] = sum(a * b for a, b in zip(centred, centred[lag:])) / variance if variance else 0.0
    windows = [tuple(events[end - 8 : end]) for end in range(8, count + 1)]
    first: dict[tuple[int, ...], int] = {}
    motifs = again = 0
    for place, window in enumerate(windows):
        is_motif = len({event for event in window if event >= 0}) >= 3
        motifs += is_motif
        # Before, and not overlapping.
        again += is_motif and first.get(window, place) <= place - 8
        first.setdefault(window, place)
    figures["in_motif"] = percent(motifs, len(windows))
    figures["motif_again"] = percent(again, len(windows))
    return figures


def judge(piece: Piece) -> Figures:
    """All figures of one piece."""
    every = (counterpoint, harmony, tonality, melody, form, rl_tuner)
    return {name: value for measure in every for name, value in measure(piece).items()}


def between(pieces: list[Piece]) -> Figures:
    """What only several pieces can tell, after each was judged: a theme of one's own, and being different."""
    if len(pieces) < 2:
        return {}
    bars = [piece.top_bars for piece in pieces]
    own, other = [], []
    for mine, theirs in zip(bars, bars[1:] + bars[:1]):
        for number in range(1, len(mine)):
            if mine[number]:
                own.append(max(likeness(mine[number], bar) for bar in mine[:number]))
                other.append(max(likeness(mine[number], bar) for bar in theirs[:number] or [{}]))
    grids = [_degrees(piece.top, piece.tonic) for piece in pieces[:24]]
    apart = [
        percent(sum(a != b for a, b in zip(x, y)), min(len(x), len(y))) for x, y in itertools.combinations(grids, 2)
    ]
    mean_own, mean_other = sum(own) / len(own), sum(other) / len(other)
    return {
        "own": mean_own,
        "other": mean_other,
        "own_other": mean_own - mean_other,
        "apart": sum(apart) / len(apart),
    }


def _degrees(top: Voice, tonic: int) -> list[int | None]:
    """The top voice on sixteenths, as semitones above the tonic."""
    count = int(4 * max(sung.end for sung in top))
    return [None if (pitch := top.sounding(place / 4)) is None else (pitch - tonic) % 12 for place in range(count)]


def table(pieces: list[Piece]) -> Figures:
    """The means of all figures over pieces; of a figure that not every piece has, over those that have it."""
    columns: dict[str, list[float]] = {}
    for piece in pieces:
        for name, value in judge(piece).items():
            columns.setdefault(name, []).append(value)
    return {name: sum(values) / len(values) for name, values in columns.items()} | between(pieces)
