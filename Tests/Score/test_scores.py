"""The scores of pieces in parts, read by others: music21, the schema of MusicXML 4.0, LilyPond.

Pieces are drawn at random (meters, keys, pickups, ties, rests, chords, tempos) and written as piece.json; the program,
whose path is in RLMUSICIAN, renders them. What music21 reads in score.musicxml must be, to the tick, what mido reads in
music.mid. LilyPond compiles score.ly without a word, and makes the same notes of it.
"""

import fractions
import json
import math
import os
import pathlib
import random
import shutil
import subprocess

import lxml.etree
import mido
import music21
import musicxml
import pytest

PROGRAM = os.environ["RLMUSICIAN"]
MODES = {
    "major": [0, 2, 4, 5, 7, 9, 11],
    "minor": [0, 2, 3, 5, 7, 8, 10],
    "dorian": [0, 2, 3, 5, 7, 9, 10],
    "phrygian": [0, 1, 3, 5, 7, 8, 10],
    "lydian": [0, 2, 4, 6, 7, 9, 11],
    "mixolydian": [0, 2, 4, 5, 7, 9, 10],
    "locrian": [0, 1, 3, 5, 6, 8, 10],
}
MODE_FIFTHS = {"lydian": 1, "major": 0, "mixolydian": -1, "dorian": -2, "minor": -3, "phrygian": -4, "locrian": -5}


def key_of(tonic, mode):
    fifths = (7 * tonic % 12 + MODE_FIFTHS[mode] + 5) % 12 - 5
    return {"tonic": "", "mode": mode, "fifths": fifths}


def random_line(draw, scale, low, high, steps, chords=False):
    """Notes of all lengths with rests in between, chords and overlaps if asked for."""
    notes, step = [], 0
    pitches = [pitch for pitch in scale if low <= pitch <= high]
    while step < steps:
        length = min(draw.choice([1, 1, 2, 2, 2, 3, 4, 4, 5, 6, 7, 8, 9, 12, 16, 23]), steps - step)
        if draw.random() < 0.8:
            sounding = draw.sample(pitches, draw.choice([1, 1, 2, 3]) if chords else 1)
            for pitch in sounding:
                shorter = draw.randint(1, length) if chords and draw.random() < 0.2 else length
                if draw.random() < 0.1:
                    pitch += 1
                if [step, shorter, pitch] not in [note[:3] for note in notes]:
                    notes.append([step, shorter, pitch, draw.choice([60, 80, 100])])
        step += length
    return notes


def tuning(divisions):
    return {
        "name": f"{divisions}edo",
        "degrees_in_cents": [1200 * degree / divisions for degree in range(divisions)],
        "period_in_cents": 1200,
        "root_frequency": None,
    }


def random_piece(seed):
    draw = random.Random(seed)
    per_quarter = draw.choice([1, 2, 2, 4, 4, 8, 3, 6, 12])
    meter = draw.choice(["4/4", "3/4", "6/8", "2/2", "5/4", "7/8", "12/8", "2/4"])
    beats, unit = map(int, meter.split("/"))
    while 4 * beats * per_quarter % unit:
        per_quarter *= 2
    bar = 4 * beats * per_quarter // unit
    pickup = draw.choice([0, 0, per_quarter if per_quarter < bar else 0])
    steps = pickup + bar * draw.randint(2, 6)
    mode = draw.choice(list(MODES))
    tonic = draw.randrange(12)
    scale = [pitch for pitch in range(128) if (pitch - tonic) % 12 in MODES[mode]]
    tempo = [[0, draw.choice([0.25, 0.3, 0.5]) / per_quarter * 2]]
    if draw.random() < 0.5:
        tempo.append([draw.randrange(1, steps), 0.7 / per_quarter])
    parts = []
    # The first of them now and then below what MusicXML can name.
    ranges = [(0, 20) if seed % 8 == 7 else (60, 84), (55, 76), (48, 67), (36, 60), (24, 48), (84, 105)]
    for number in range(draw.randint(1, 5)):
        low, high = ranges[number]
        parts.append(
            {
                "name": draw.choice(['Soprano', 'Alto "A" & <b>', "Cantus firmus", "Baß\\", "x\ty"]),
                "is_given": draw.random() < 0.3,
                "midi": {"instrument": draw.randrange(128), "velocity": 100},
                "sinethesizer": {"timbre": "default_timbre", "volume": 0.1, "location": draw.choice([0, -0.5, 1]),
                                 "effects": ""},
                "notes": random_line(draw, scale, low, high, steps, chords=draw.random() < 0.2),
            })
    return {
        "format": "rl-musician piece", "format_version": 2, "program_version": "0",
        "score": {"total": 0, "rules": {}}, "provenance": None,
        "time": {"steps": steps, "steps_per_quarter": per_quarter, "meter": meter, "pickup_in_steps": pickup,
                 "step_seconds": tempo[0][1], "tempo": tempo, "seconds": 0},
        "key": key_of(tonic, mode) if draw.random() < 0.9 else None,
        "lowest_note": "C-1", "tuning": tuning(12), "tuning_output": None, "mpe_bend_range": 2, "roll": None,
        "parts": parts, "interpretation": None,
    }


def render(tmp_path, piece, *options):
    folder = tmp_path / "piece"
    folder.mkdir()
    (folder / "piece.json").write_text(json.dumps(piece))
    configuration = tmp_path / "fast.yml"
    configuration.write_text("audio: {sample_rate: 8000, tail_in_seconds: auto}\n")
    run = subprocess.run(
        [PROGRAM, "render", str(folder), "-o", str(tmp_path / "out"), "-c", str(configuration), *options],
        capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return pathlib.Path(run.stdout.strip()), run.stderr


def midi_notes(path):
    """For every part its notes as (onset, end, key) in quarter notes, exactly."""
    file = mido.MidiFile(path)
    parts = []
    for track in file.tracks[1:]:
        now, sounding, notes = 0, {}, []
        for message in track:
            now += message.time
            if message.type != "note_on":
                continue
            if message.velocity > 0:
                assert message.note not in sounding
                sounding[message.note] = now
            else:
                onset = sounding.pop(message.note)
                ticks = file.ticks_per_beat
                notes.append((fractions.Fraction(onset, ticks), fractions.Fraction(now, ticks), message.note))
        assert not sounding
        parts.append(sorted(notes))
    return parts


def score_notes(score):
    """The same as music21 reads it, tied notes joined."""
    parts = []
    for part in score.parts:
        notes = []
        flat = part.flatten()
        open_ties = {}
        for element in sorted(flat.notes, key=lambda element: element.offset):
            onset = fractions.Fraction(element.offset).limit_denominator(1000)
            end = onset + fractions.Fraction(element.quarterLength).limit_denominator(1000)
            for note in element.notes if element.isChord else [element]:
                key = note.pitch.midi
                tie = note.tie.type if note.tie else None
                begin = onset
                if tie in ("stop", "continue"):
                    begin = open_ties.pop((key, onset))
                if tie in ("start", "continue"):
                    open_ties[(key, end)] = begin
                else:
                    notes.append((begin, end, key))
        assert not open_ties
        parts.append(sorted(notes))
    return parts


@pytest.fixture(scope="session")
def schema():
    folder = pathlib.Path(musicxml.__file__).parent / "generate_classes"

    class Local(lxml.etree.Resolver):
        """The schema imports those of XML and XLink by their addresses; nothing is fetched."""

        def resolve(self, url, public_id, context):
            if url.endswith("xml.xsd"):
                return self.resolve_string(XML, context)
            if url.endswith("xlink.xsd"):
                return self.resolve_string(XLINK, context)
            return None

    parser = lxml.etree.XMLParser(no_network=True)
    parser.resolvers.add(Local())
    return lxml.etree.XMLSchema(lxml.etree.parse(str(folder / "musicxml_4_0.xsd"), parser))


# The attributes of XML and XLink that MusicXML's schema refers to.
XML = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
  targetNamespace="http://www.w3.org/XML/1998/namespace">
  <xs:attribute name="lang" type="xs:string"/><xs:attribute name="space" type="xs:string"/>
</xs:schema>"""
XLINK = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xlink="http://www.w3.org/1999/xlink"
  targetNamespace="http://www.w3.org/1999/xlink">
  <xs:attribute name="href" type="xs:anyURI"/><xs:attribute name="type" type="xs:string"/>
  <xs:attribute name="role" type="xs:string"/><xs:attribute name="title" type="xs:string"/>
  <xs:attribute name="show" type="xs:string"/><xs:attribute name="actuate" type="xs:string"/>
</xs:schema>"""


@pytest.mark.parametrize("seed", range(40))
def test_musicxml_has_the_notes_of_the_midi_file(tmp_path, schema, seed):
    piece = random_piece(seed)
    folder, _ = render(tmp_path, piece)
    document = lxml.etree.parse(str(folder / "score.musicxml"))
    assert schema.validate(document), schema.error_log
    score = music21.converter.parseFile(folder / "score.musicxml", forceSource=True)
    score.toSoundingPitch(inPlace=True)
    assert score_notes(score) == midi_notes(folder / "music.mid")
    assert [part.partName.split() for part in score.parts] == [part["name"].split() for part in piece["parts"]]
    for part in score.parts:
        signature = part.recurse().getElementsByClass(music21.meter.TimeSignature)[0]
        assert signature.ratioString == piece["time"]["meter"]
    if piece["key"]:
        key = score.parts[0].recurse().getElementsByClass(music21.key.KeySignature)[0]
        assert key.sharps == piece["key"]["fifths"]
        # Notes of the scale are spelled as the signature says.
        altered = {pitch.step: pitch.alter for pitch in key.alteredPitches}
        pitches = [pitch for part in score.parts for note in part.flatten().notes for pitch in note.pitches]
        scale = {(music21.pitch.Pitch(step).ps + altered.get(step, 0)) % 12: step for step in "CDEFGAB"}
        for pitch in pitches:
            if pitch.ps % 12 in scale:
                assert pitch.step == scale[pitch.ps % 12], pitch.nameWithOctave
    marks = score.recurse().getElementsByClass(music21.tempo.MetronomeMark)
    assert len(marks) == len([step for step, _ in piece["time"]["tempo"]])
    for measures in (part.getElementsByClass(music21.stream.Measure) for part in score.parts):
        steps = piece["time"]["steps"] - piece["time"]["pickup_in_steps"]
        beats, unit = map(int, piece["time"]["meter"].split("/"))
        bars = math.ceil(steps / (4 * beats * piece["time"]["steps_per_quarter"] / unit))
        assert len(measures) == bars + (piece["time"]["pickup_in_steps"] > 0)


@pytest.mark.skipif(not shutil.which("lilypond"), reason="lilypond is not installed")
@pytest.mark.parametrize("seed", range(100, 112))
def test_lilypond_compiles_without_a_warning_to_the_same_notes(tmp_path, seed):
    piece = random_piece(seed)
    folder, _ = render(tmp_path, piece)
    source = (folder / "score.ly").read_text()
    # With a MIDI block, and a staff a channel, LilyPond's own performance can be compared.
    performed = source.replace("\\layout { }", "\\layout { } \\midi { }")
    (tmp_path / "score.ly").write_text(performed)
    run = subprocess.run(
        ["lilypond", "--svg", "-o", str(tmp_path / "score"), str(tmp_path / "score.ly")],
        capture_output=True, text=True)
    said = [line for line in run.stderr.splitlines() if "warning" in line or "error" in line]
    assert run.returncode == 0 and not said, run.stderr
    made = mido.MidiFile(next(tmp_path.glob("score.mid*")))
    heard = []
    now = {}
    for track in made.tracks:
        tick, sounding = 0, {}
        for message in track:
            tick += message.time
            if message.type == "note_on" and message.velocity > 0:
                sounding.setdefault(message.note, []).append(tick)
            elif message.type in ("note_off", "note_on") and sounding.get(message.note):
                onset = sounding[message.note].pop(0)
                heard.append((onset / made.ticks_per_beat, message.note))
    # A pickup has its place before the first bar in LilyPond's time too.
    written = [(float(onset), key) for part in midi_notes(folder / "music.mid") for onset, _, key in part]
    rounded = lambda notes: sorted({(round(onset, 2), key) for onset, key in notes})
    assert rounded(heard) == rounded(written)


@pytest.mark.skipif(not shutil.which("lilypond"), reason="lilypond is not installed")
def test_a_pdf_by_option(tmp_path):
    piece = random_piece(7)
    folder, errors = render(tmp_path, piece, "--pdf")
    assert errors == ""
    assert (folder / "score.pdf").read_bytes().startswith(b"%PDF")


def test_without_lilypond_a_line_says_so(tmp_path):
    piece = tmp_path / "piece"
    piece.mkdir()
    (piece / "piece.json").write_text(json.dumps(random_piece(7)))
    run = subprocess.run(
        [PROGRAM, "render", str(piece), "-o", str(tmp_path / "out"), "--pdf"], capture_output=True, text=True,
        env={**os.environ, "PATH": "/nowhere"})
    assert run.returncode == 0 and "score.pdf: not written: lilypond is not installed" in run.stderr
    assert not list((tmp_path / "out").glob("*/score.pdf"))


def test_microtones_are_the_nearest_spelling_with_their_deviation(tmp_path, schema):
    piece = random_piece(3)
    piece["tuning"] = tuning(31)
    piece["lowest_note"] = "C4"
    piece["key"] = None
    piece["parts"] = piece["parts"][:1]
    steps = piece["time"]["steps"]
    piece["parts"][0]["notes"] = [[step, 1, step % 31, 100] for step in range(min(steps, 31))]
    folder, _ = render(tmp_path, piece)
    document = lxml.etree.parse(str(folder / "score.musicxml"))
    assert schema.validate(document), schema.error_log
    steps_of = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
    heard = []
    for note in document.iter("note"):
        pitch = note.find("pitch")
        if pitch is None or note.find("tie[@type='stop']") is not None:
            continue
        alter = float(pitch.findtext("alter") or 0)
        heard.append(12 * (int(pitch.findtext("octave")) + 1) + steps_of[pitch.findtext("step")] + alter)
    expected = [60 + 12 / 31 * degree for _, _, degree, _ in piece["parts"][0]["notes"]]
    assert len(heard) == len(expected)
    assert all(abs(a - b) < 0.006 for a, b in zip(heard, expected))
    if shutil.which("lilypond"):
        run = subprocess.run(["lilypond", "--svg", "score.ly"], capture_output=True, text=True, cwd=folder)
        assert run.returncode == 0 and "warning" not in run.stderr, run.stderr


def test_stems_add_up_to_the_whole(tmp_path):
    piece = random_piece(12)
    while len(piece["parts"]) < 2:
        piece["parts"].append(piece["parts"][0])
    folder, _ = render(tmp_path, piece, "--stems")
    stems = sorted(folder.glob("stem_*.wav"))
    assert len(stems) == len(piece["parts"])
    import array

    def samples(path):
        data = path.read_bytes()
        start = data.index(b"data") + 8
        return array.array("f", data[start:start + (len(data) - start) // 4 * 4])

    whole, parts = samples(folder / "music.wav"), [samples(stem) for stem in stems]
    assert all(len(part) == len(whole) for part in parts)
    assert max(abs(sum(values) - total) for total, *values in zip(whole, *parts)) < 1e-6
    assert max(whole) > 0.01
