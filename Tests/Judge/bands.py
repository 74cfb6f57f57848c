"""Between what figures of twenty songs should lie, and what Bach and a first prototype have.

Bands, not records: what is too clean is dull. Bach: the first twenty chorales in four parts and 4/4 of music21's corpus
(`judge.py --bach 20`).
"""

from __future__ import annotations

from dataclasses import dataclass

from measures import Figures


@dataclass(frozen=True)
class Band:
    """A row of the table."""

    name: str
    least: float = float("-inf")
    most: float = float("inf")
    prototype: float | None = None
    bach: float | None = None

    def holds(self, value: float) -> bool:
        return self.least <= value <= self.most

    @property
    def text(self) -> str:
        if self.least == float("-inf"):
            return f"at most {self.most:g}"
        return f"at least {self.least:g}" if self.most == float("inf") else f"{self.least:g} to {self.most:g}"


BANDS = [
    Band("par5", most=0.03, prototype=0.00, bach=0.20),
    Band("par8", most=0.03, prototype=0.08, bach=0.05),
    Band("hidden_outer", most=2, prototype=2.4, bach=4.3),
    Band("crossing", most=0, prototype=0, bach=2.8),
    Band("strong_cons", 78, 97, prototype=98, bach=77),
    Band("strong_chord", 90, prototype=99, bach=92),
    Band("chords", 8, prototype=7.8, bach=9.8),
    Band("changes", 1, 2.5, prototype=1.6, bach=1.6),
    Band("inner", 2.5, prototype=1.8, bach=4.5),
    Band("leap_opposite", 90, prototype=98, bach=61),
    Band("leap_step", 75, prototype=85, bach=45),
    Band("step", 62, 80, prototype=69, bach=72),
    Band("repeat", most=12, prototype=0.4, bach=12),
    Band("durations", 4, prototype=5.6, bach=3.8),
    Band("unique_max", 80, prototype=89, bach=30),
    Band("in_key", 90, prototype=100, bach=95),
    Band("tonic_start", 50, prototype=22, bach=50),
    Band("authentic", 75, prototype=78, bach=70),
    Band("home", 95, prototype=78, bach=80),
    Band("exact", 10, 35, prototype=16, bach=14),
    Band("varied", 50, prototype=53, bach=58),
    Band("repeated", most=0.1, prototype=0, bach=0),
    Band("in_motif", 76, prototype=81, bach=79),
    Band("motif_again", 5, 40, prototype=16, bach=7),
    Band("own_other", 0.15, prototype=0.10, bach=0.03),
    Band("apart", 80, prototype=62, bach=86),
]


def report(figures: Figures, pieces: int) -> str:
    """The table for people: every band with the figure, `*` where it does not hold, and the figures without a band."""
    lines = [f"{pieces} pieces{'':8}{'ours':>9}  {'band':<14}{'prototype':>10}{'Bach':>8}"]
    outside = 0
    for band in BANDS:
        if band.name not in figures:
            continue
        value = figures[band.name]
        mark = " " if band.holds(value) else "*"
        outside += mark == "*"
        number = lambda x: "" if x is None else f"{x:g}"
        lines.append(
            f"{band.name:16}{value:9.3f}{mark} {band.text:<14}{number(band.prototype):>10}{number(band.bach):>8}"
        )
    known = {band.name for band in BANDS}
    lines.append(f"{outside} outside (*)" if outside else "all inside")
    lines += [f"{name:16}{value:9.3f}" for name, value in figures.items() if name not in known]
    return "\n".join(lines)
