"""The timeline of a relationship in the width of a terminal: an axis, bands of phases, and lines for what lasted.

Every phase has a sign of its own beside its colour, so that a band reads the same on paper and for those who see no colours.
"""

from collections.abc import Sequence
from itertools import groupby

from msgspec import Struct
from rich.text import Text

from domain.model.errors import Language
from domain.model.time import DAY, instant, iso_day
from projections.export.colours import COLOURS
from projections.export.dates import marks
from projections.export.vocabulary import word
from projections.views.answers import Move

SIGNS = {"HELP": "▄", "FRIENDSHIP": "▀", "AMBIGUITY": "▚", "UNOBSERVED": "·", "ENDED": " "}
MET, HAPPENED, DOTTED = "╵", "•", "┄"
NEVER_BROKEN = "\N{NO-BREAK SPACE}"


class Scale(Struct, frozen=True):
    """Which column stands for which time; both ends are instants."""

    start: int
    end: int
    columns: int

    def column(self, at: int) -> int:
        return max(0, min(self.columns - 1, (at - self.start) * self.columns // (self.end - self.start)))

    def until(self, column: int) -> int:
        """The last instant of a column."""
        return self.start + (column + 1) * (self.end - self.start) // self.columns - 1


def scale(instants: Sequence[int], columns: int) -> Scale:
    """From the first of the instants to a little after the last."""
    start, last = min(instants), max(instants)
    return Scale(start, last + max((last - start) // columns, DAY), columns)


def axis(scale: Scale, language: Language) -> tuple[Text, Text]:
    """The names of the marks, as many as fit, and the marks."""
    names, ticks = [" "] * scale.columns, ["─"] * scale.columns
    free = 0
    for at, name in marks(scale.start, scale.end, language):
        column = scale.column(at)
        ticks[column] = "┬"
        if free == 0 and not name.isdecimal():
            name = f"{name} {iso_day(at)[:4]}"
        if column >= free and column + len(name) <= scale.columns:
            names[column : column + len(name)] = name
            free = column + len(name) + 1
    return Text("".join(names)), Text("".join(ticks), "bright_black")


def band(scale: Scale, moves: Sequence[Move], language: Language) -> Text:
    """The phases of one holder under one lens, each named where there is room for its name."""
    at = [instant(move.at)[0] for move in moves]
    views: list[tuple[str, str | None]] = []
    place = -1
    for column in range(scale.columns):
        while place + 1 < len(moves) and at[place + 1] <= scale.until(column):
            place += 1
        views.append((moves[place].now, moves[place].kind) if place >= 0 else ("UNOBSERVED", None))
    found = Text()
    for (phase, kind), cells in groupby(views):
        width = len(list(cells))
        name = word(kind or phase, language)
        sign = SIGNS[phase]
        filled = sign * width
        if phase != "UNOBSERVED" and len(name) + 2 <= width:
            filled = sign + name + sign * (width - len(name) - 1)
        found.append(filled, COLOURS[phase])
    return found


def line(scale: Scale, start: int, end: int | None, text: str, lapse: int | None = None) -> Text:
    """What lasted from one instant to another (None: it stands), with what it was; dotted after a lapse."""
    first = scale.column(start)
    last = scale.columns - 1 if end is None else scale.column(end)
    lapsed = scale.columns if lapse is None else scale.column(lapse)
    cells = [" "] * scale.columns
    for column in range(first, last + 1):
        cells[column] = "─" if column < lapsed else DOTTED
    cells[last] = "►" if end is None else "┤"
    cells[first] = "├" if last > first else "│"
    room = [(first + 1, last), (last + 2, scale.columns), (0, first - 1)]
    begin, limit = next(((a, b) for a, b in room if b - a >= len(text) + 1), (scale.columns, 0))
    if begin == 0:
        begin = limit - len(text)
    cells[begin : begin + len(text)] = text if limit else []
    return Text("".join(cells[: scale.columns]), "cyan")


def ticks(scale: Scale, met: Sequence[int], happened: Sequence[int]) -> Text:
    """Where people met, and where something else happened."""
    cells = [" "] * scale.columns
    for at in met:
        cells[scale.column(at)] = MET
    for at in happened:
        cells[scale.column(at)] = HAPPENED
    return Text("".join(cells))


def legend(language: Language) -> Text:
    """What the signs stand for, never broken within one."""
    found = Text()
    for phase in ("HELP", "AMBIGUITY", "FRIENDSHIP", "UNOBSERVED"):
        found.append(f"{SIGNS[phase] * 2}{NEVER_BROKEN}", COLOURS[phase])
        found.append(word(phase, language).replace(" ", NEVER_BROKEN) + "  ")
    met, other, lapsed = ("ontmoeting", "iets anders", "verlopen") if language == "nl" else ("meeting", "something else", "lapsed")
    signs = ((MET, met), (HAPPENED, other), (DOTTED, lapsed))
    return found.append("  ".join(f"{sign} {name}".replace(" ", NEVER_BROKEN) for sign, name in signs))
