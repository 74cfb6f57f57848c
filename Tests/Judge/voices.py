"""A MIDI file as voices in notated time: what the judge listens to."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field

import mido

#: Everything is on a grid of sixteenths, in quarters.
GRID = 0.25
#: Meters whose middle is strong, too.
TWO_STRONG = {(4, 4), (2, 2), (6, 8), (12, 8)}


@dataclass(frozen=True, order=True)
class Note:
    """A note: begins and lasts in quarters, sounds on a MIDI key."""

    start: float
    length: float
    pitch: int

    @property
    def end(self) -> float:
        return self.start + self.length


class Voice(list):
    """Notes in order of time, one at a time; of two at once the earlier one sounds."""

    def __init__(self, notes):
        super().__init__(sorted(notes))
        self._starts = [note.start for note in self]

    def sounding(self, time: float) -> int | None:
        """The key that sounds at a time; None for a rest."""
        last = bisect_right(self._starts, time + 1e-6)
        for note in self[max(0, last - 4) : last]:
            if time < note.end:
                return note.pitch
        return None

    @property
    def pitches(self) -> list[int]:
        return [note.pitch for note in self]


@dataclass
class Piece:
    """Voices, the highest first, and how their time is counted."""

    voices: list[Voice]
    bar: float = 4.0
    strong: float = 2.0
    #: What the first bar lacks.
    shift: float = 0.0
    #: The file's key signature as mido names it; None if it has none.
    signature: str | None = None
    #: The pitch class that counts as the tonic; set by the judge.
    tonic: int = 0
    name: str = ""
    _times: list[float] = field(default_factory=list)

    @property
    def top(self) -> Voice:
        return self.voices[0]

    @property
    def end(self) -> float:
        return max(note.end for voice in self.voices for note in voice)

    @property
    def times(self) -> list[float]:
        """Where anything begins."""
        if not self._times:
            self._times = sorted({round(note.start, 4) for voice in self.voices for note in voice})
        return self._times

    def is_strong(self, time: float) -> bool:
        """Whether a bar, or its strong middle, begins there."""
        place = (time + self.shift) % self.strong
        return min(place, self.strong - place) < 1e-3

    def sonority(self, time: float) -> list[int | None]:
        return [voice.sounding(time) for voice in self.voices]

    @property
    def top_bars(self) -> list[dict[float, int]]:
        """The top voice bar by bar: onset within the bar, key."""
        last = max(note.end for note in self.top) + self.shift
        bars: list[dict[float, int]] = [{} for _ in range(math.ceil(last / self.bar))]
        for note in self.top:
            place = note.start + self.shift
            number = int(place // self.bar)
            bars[number][round(place - number * self.bar, 3)] = note.pitch
        return bars


def read(path: str) -> Piece:
    """Reads a file whose tracks are voices. Tempo, velocities and programs play no part."""
    midi = mido.MidiFile(path)
    voices, meters, signature = [], [], None
    for track in midi.tracks:
        tick, begun, notes = 0, {}, []
        for message in track:
            tick += message.time
            if message.type == "time_signature":
                meters.append((tick / midi.ticks_per_beat, message.numerator, message.denominator))
            elif message.type == "key_signature":
                signature = message.key
            elif message.type == "note_on" and message.velocity > 0:
                begun[message.channel, message.note] = tick
            elif message.type in ("note_on", "note_off"):
                start = begun.pop((message.channel, message.note), None)
                if start is not None:
                    first, last = (round(t / midi.ticks_per_beat / GRID) * GRID for t in (start, tick))
                    notes.append(Note(first, max(GRID, last - first), message.note))
        if notes:
            voices.append(Voice(notes))
    voices.sort(key=lambda voice: -sum(voice.pitches) / len(voice))
    meters = sorted(meters) or [(0.0, 4, 4)]
    # A pickup is a first bar with a shorter meter of its own.
    begins, numerator, denominator = meters[min(1, len(meters) - 1)]
    bar = numerator * 4 / denominator
    strong = bar / 2 if (numerator, denominator) in TWO_STRONG else bar
    shift = bar - begins if 0 < begins < bar else 0.0
    return Piece(voices, bar, strong, shift, signature, name=path)


def bach(count: int) -> list[Piece]:
    """The first chorales in four parts and 4/4 of music21's corpus."""
    from music21 import corpus

    pieces: list[Piece] = []
    for chorale in corpus.chorales.Iterator():
        if len(pieces) == count:
            break
        meter = chorale.recurse().getElementsByClass("TimeSignature").first()
        if len(chorale.parts) != 4 or meter is None or meter.ratioString != "4/4":
            continue
        voices = [
            Voice(
                Note(float(note.offset), float(note.quarterLength), max(pitch.midi for pitch in note.pitches))
                for note in part.flatten().stripTies().notes
            )
            for part in chorale.parts
        ]
        if min(len(voice) for voice in voices) < 8:
            continue
        first = chorale.parts[0].getElementsByClass("Measure").first()
        lacking = first.barDuration.quarterLength - first.duration.quarterLength
        pieces.append(Piece(voices, shift=float(lacking)))
    return pieces
