"""What happened, in order, with the moves it brought about: a line for each event, a run of events that are alike told in one.

A move stands below the event that triggered it; one that no event triggered stands at its own date, and says why.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from rich.table import Table
from rich.text import Text

from domain.model.errors import Language
from domain.model.time import instant, span
from projections.export.colours import COLOURS
from projections.export.dates import occurred, short
from projections.export.vocabulary import word
from projections.export.wording import help_said, sentence, told
from projections.views.answers import Move, RecordedEvent

Moved = Mapping[str, Mapping[str | None, Sequence[Move]]]
"""Moves by lens and holder."""
CAUSES = {
    "SILENCE": ("faded in silence", "vervaagd in stilte"),
    "LAPSE": ("the term lapsed", "de termijn verliep"),
}
"""Why a reading moved where no event was the trigger."""
NAMED_AT_MOST = 8
FOLDED: dict[str, tuple[str, ...]] = {
    "meeting_held": ("present", "others", "place", "activity"),
    "meeting_missed": ("cancelled_by", "notice"),
    "help_given": ("giver", "receiver"),
}
"""What events have in common that are told in one line; the rest of them is counted."""


class Happening(Struct, frozen=True):
    """An event with the instant from which it counts, and its date as it holds now."""

    event: RecordedEvent
    at: int
    on: str

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = self.event.data if self.event.amended is None else self.event.amended
        return found

    @property
    def common(self) -> dict[str, Any] | None:
        """What it shares with others that are told in one line with it; None where it is told by itself."""
        event = self.event
        marked = event.retracted_by is not None or event.amended_by is not None or self.data.get("notes") or self.data.get("shared")
        if event.type not in FOLDED or marked:
            return None
        return {name: self.data[name] for name in FOLDED[event.type] if name in self.data}


def happenings(history: Sequence[RecordedEvent], started_on: str) -> list[Happening]:
    """The events as they hold now, in the order of occurring. None counts from before the relationship's start."""
    start = span(started_on).first
    amended_on = {event.id: event.data.get("occurred") for event in history if event.type == "event_amended"}
    found = []
    for event in history:
        moved = amended_on.get(event.amended_by or "")
        on = moved or event.occurred
        exact = event.time is not None and moved is None
        found.append(Happening(event, max(start, instant(event.time)[0] if exact and event.time else span(on).first), on))
    return sorted(found, key=lambda happening: happening.at)


def alike(held: Mapping[str | None, Sequence[Move]]) -> list[tuple[list[str | None], Sequence[Move]]]:
    """Holders whose readings ran alike, together."""
    found: dict[tuple[tuple[str, str, str | None], ...], tuple[list[str | None], Sequence[Move]]] = {}
    for holder, moves in held.items():
        found.setdefault(tuple((move.at, move.now, move.kind) for move in moves), ([], moves))[0].append(holder)
    return list(found.values())


def holders_named(holders: Sequence[str | None], everybody: Sequence[str | None], language: Language) -> str:
    """Whose reading it is, in few words."""
    dutch = language == "nl"
    if len(holders) > 2 and len(holders) == len(everybody):
        return "iedereen" if dutch else "everybody"
    words = ("coördinator", "waarnemer", "groep") if dutch else ("coordinator", "observer", "group")
    known = dict(zip(("coordinator", "observer", "group"), words, strict=True))
    names = [("samen" if dutch else "pooled") if holder is None else known.get(holder, holder) for holder in holders]
    if len(names) > NAMED_AT_MOST:
        names[NAMED_AT_MOST - 1 :] = [f"+{len(names) - NAMED_AT_MOST + 1}"]
    return ", ".join(names)


def table(happened: Sequence[Happening], moves: Moved, language: Language) -> Table:
    """The lines of the story: a date and what happened then."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, style="bright_black")
    grid.add_column()
    for when, what in _lines(happened, moves, language):
        grid.add_row(when, what)
    return grid


def _lines(happened: Sequence[Happening], moves: Moved, language: Language) -> Iterator[tuple[str, Text]]:
    place = {happening.event.id: number for number, happening in enumerate(happened)}
    after: dict[int, list[tuple[str, str | None, Move]]] = {}
    apart: list[tuple[str, str | None, Move]] = []
    for lens, held in moves.items():
        for holder, made in held.items():
            for move in made:
                known = [place[event.id] for event in move.triggers if event.id in place]
                (after.setdefault(max(known), []) if known else apart).append((lens, holder, move))
    apart.sort(key=lambda found: found[2].at)
    run: list[Happening] = []
    for number, happening in enumerate(happened):
        silent = [found for found in apart if instant(found[2].at)[0] < happening.at]
        if run and (silent or number in after or not _together(run[-1], happening)):
            yield _told(run, language)
            run = []
        yield from _apart(silent, moves, language)
        apart = apart[len(silent) :]
        run.append(happening)
        if number in after or happening.common is None:
            yield _told(run, language)
            run = []
        yield from (("", text) for text in _moved(after.get(number, []), moves, language))
    if run:
        yield _told(run, language)
    yield from _apart(apart, moves, language)


def _together(one: Happening, other: Happening) -> bool:
    return other.common is not None and one.event.type == other.event.type and one.common == other.common


def _told(run: Sequence[Happening], language: Language) -> tuple[str, Text]:
    first, last = run[0], run[-1]
    if len(run) == 1:
        style = "strike bright_black" if first.event.retracted_by is not None else ""
        return occurred(first.on), Text(told(first.event, language), style)
    said = f"{len(run)} × " + sentence(first.event.type, first.common or {}, None, language)
    words = Counter(happening.data[name] for name in ("mood", "kind") for happening in run if happening.data.get(name))
    helped = Counter(help_said([given], language) for happening in run for given in happening.data.get("help", ()))
    said += "".join(f" · {word(counted, language)}{_times(count, len(run))}" for counted, count in words.items())
    said += "".join(f" · {word('help', language)} {given}{_times(count, len(run))}" for given, count in helped.items())
    return f"{occurred(first.on)} – {occurred(last.on)}", Text(said)


def _times(count: int, whole: int) -> str:
    return "" if count == whole else f" ×{count}"


def _apart(found: Sequence[tuple[str, str | None, Move]], moves: Moved, language: Language) -> Iterator[tuple[str, Text]]:
    for at in dict.fromkeys(move.at for _, _, move in found):
        for text in _moved([one for one in found if one[2].at == at], moves, language):
            yield short(at), text


def _moved(found: Sequence[tuple[str, str | None, Move]], moves: Moved, language: Language) -> Iterator[Text]:
    """A line for each way of moving, with all who moved that way."""
    ways: dict[tuple[str, str, str | None, str, str | None, str], list[str | None]] = {}
    for lens, holder, move in found:
        cause = CAUSES[move.cause][language == "nl"] if move.cause in CAUSES else _triggers(len(move.triggers), language)
        ways.setdefault((lens, move.was, move.was_kind, move.now, move.kind, cause), []).append(holder)
    for (lens, was, was_kind, now, kind, cause), holders in ways.items():
        text = Text("  ▸ ").append(f"{lens} · {holders_named(holders, list(moves[lens]), language)}: ")
        text.append(_view(was, was_kind, language), COLOURS[was]).append(" → ").append(_view(now, kind, language), f"bold {COLOURS[now]}")
        yield text.append(f" ({cause})") if cause else text


def _triggers(count: int, language: Language) -> str:
    """One trigger stands right above its move; several are counted."""
    if count < 2:
        return ""
    return f"door deze {count}" if language == "nl" else f"with these {count}"


def _view(phase: str, kind: str | None, language: Language) -> str:
    return word(phase, language) + (f" ({word(kind, language)})" if kind is not None else "")
