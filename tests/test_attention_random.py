"""What asks for a look against a plain reading of the history, over random histories with corrections: the same on any day.

The platform keeps rows and works out in SQL which of them ask; here it is looked for afresh in what holds of the history, day by day.
"""

from collections.abc import Iterator
from itertools import pairwise
from math import ceil
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from corrected_histories import Draw, chronicle_of, histories, kind_of, refusals
from corrected_histories import told as line_told
from histories import Line
from history_words import DAY, day
from hypothesis import given, settings
from hypothesis import strategies as st
from small_platform import Platform

from domain.model.attention import ATTENTION_KINDS, PRESETS, Preset
from domain.model.event import Event
from domain.model.time import day as beginning
from domain.model.time import iso_day
from domain.store.accesses import Viewer
from domain.store.own_settings import OwnSettings
from projections.lenses.chronicle import Chronicle
from projections.views.attention import told_day
from projections.views.attention_pages import AttentionFilter

WHO = Viewer("command-line/jansen", "operator")
PLANS = {"check_in_held": "next_on", "boundary_agreed": "review_on"}
Asks = tuple[str, str, str | None]


@st.composite
def planned(draw: Draw) -> list[Line]:
    """A history in which what has a plan may name its day, and in which a coordinator may leave something open."""
    lines = draw(histories(most=draw(st.sampled_from([20, 9]))))
    days = telling_days(chronicle_of(lines))
    for line in lines:
        if (name := PLANS.get(kind_of(line))) is not None and draw(st.booleans()):
            lines = [
                {**one, "data": {**one["data"], name: day(draw(st.sampled_from(days)) * DAY)}} if one is line else one for one in lines
            ]
    about = draw(st.sampled_from(["nature", "continuation"]))
    left = line_told("left_open", day(draw(st.sampled_from(days)) * DAY), {"opening": "o", "about": about}, "coordinator")
    return [*lines, left] if draw(st.integers(0, 3)) == 3 and not refusals([*lines, left]) else lines


def plainly(told: Chronicle, presets: dict[str, Preset], today: int) -> set[Asks]:
    """What asks on a day, each with the first day on which it did and with what it rests on."""
    if not told.steps or told.steps[-1].after.ended:
        return set()
    found = set()
    for kind, base, event, left in _bases(told, presets):
        since = next((d for d in range(base, today + 1) if _asks_on(kind, told, presets, event, d)), None)
        if (
            since is not None
            and not any(open_day >= since for open_day in left)
            and not (kind == "term_ends_soon" and _lapses(told) <= today)
        ):
            found.add((kind.upper(), iso_day(since * DAY), event.id if event is not None else None))
    return found


def _events(told: Chronicle, *kinds: str) -> list[Event]:
    return [step.event for step in told.steps if step.event.kind.name in kinds]


def _since_begun(told: Chronicle, *kinds: str) -> list[Event]:
    place = max(place for place, step in enumerate(told.steps) if step.event.kind.opens or step.event.kind.name == "relationship_resumed")
    return [step.event for step in told.steps[place:] if step.event.kind.name in kinds]


def _begun(told: Chronicle) -> Event:
    return _since_begun(told, "match_made", "contact_emerged", "relationship_resumed")[0]


def _lapses(told: Chronicle) -> int:
    term = told.steps[-1].after.term
    assert term is not None
    assert term.lapses is not None
    return term.lapses // DAY


def _bases(told: Chronicle, presets: dict[str, Preset]) -> Iterator[tuple[str, int, Event | None, list[int]]]:
    """Each that may ask, with the first day on which it could."""
    now = told.steps[-1].after
    left_open = [e for e in _events(told, "left_open") if e.perspective == "coordinator" or "coordinator" in e.data.by]
    of_term, left = ([told_day(e) for e in left_open if (e.data.about == "continuation") is it] for it in (True, False))
    latest: dict[str, Event | None] = {
        "check_in_due": (_since_begun(told, "check_in_held") or [None])[-1],  # type: ignore[list-item]
        "long_silence": (_since_begun(told, "meeting_held") or [None])[-1],  # type: ignore[list-item]
        "term_ends_soon": (_events(told, "match_made", "term_extended") or [None])[-1],  # type: ignore[list-item]
    }
    latest["term_lapsed"] = latest["term_ends_soon"]
    for kind, event in latest.items():
        if presets[kind].on:
            yield kind, told_day(event or _begun(told)), event, of_term if kind.startswith("term") else left
    for kind, name, own, standing in (
        ("tension_stands", "tension_felt", "tension", now.tensions), ("agreement_review", "boundary_agreed", "agreement", now.agreements),
    ):  # fmt: skip
        for event in _events(told, name):
            if presets[kind].on and getattr(event.data, own) in standing:
                yield kind, told_day(event), event, left


def _asks_on(kind: str, told: Chronicle, presets: dict[str, Preset], event: Event | None, today: int) -> bool:
    now, number = told.steps[-1].after, presets[kind].number or 0
    passed = today - told_day(event or _begun(told))
    match kind:
        case "check_in_due":
            if event is not None and event.data.next_on is not None:
                return beginning(event.data.next_on) // DAY <= today
            return any(now.present(handle) for handle in now.members) and passed >= number
        case "long_silence":
            rhythm = _rhythm(told)
            return rhythm is not None and not now.open_to_all and passed > number * rhythm
        case "tension_stands":
            return passed >= number
        case "agreement_review":
            assert event is not None
            return event.data.review_on is not None and beginning(event.data.review_on) // DAY <= today
    if now.term is None or now.term.ended is not None or now.term.lapses is None:
        return False
    if kind == "term_lapsed":
        return now.term.lapsed(today * DAY)
    return now.term.kind == "fixed" and _lapses(told) - today <= number


def _rhythm(told: Chronicle) -> int | None:
    stated = [days for e in _events(told, "match_made", "contact_emerged", "rhythm_changed") if (days := e.data.rhythm_days) is not None]
    if stated:
        return ceil(stated[-1])
    met = sorted({told_day(e) for e in _events(told, "meeting_held")})[-10:]
    return ceil(median(later - one for one, later in pairwise(met))) if len(met) >= 4 else None


@st.composite
def chosen(draw: Draw) -> dict[str, Preset]:
    return {
        kind: Preset(draw(st.integers(0, 5)) > 0, None if PRESETS[kind].number is None else draw(st.sampled_from([1, 2, 14, 90])))
        for kind in ATTENTION_KINDS
    }


def telling_days(told: Chronicle) -> list[int]:
    """Those on which something may begin to ask or end, and some long after."""
    after = {told_day(step.event) + days for step in told.steps for days in (0, 1, 2, 14, 15, 90, 400)}
    around = {lapse // DAY + days for lapse in told.lapses for days in (-90, -14, -2, -1, 0)}
    return sorted(after | around) or [18_700]


@settings(max_examples=60)
@given(planned(), chosen(), st.lists(st.integers(0, 2**16), min_size=20, max_size=20))
def test_what_asks_is_what_a_plain_reading_finds(lines: list[Line], presets: dict[str, Preset], places: list[int]) -> None:
    told = chronicle_of(lines)
    days = telling_days(told)
    with TemporaryDirectory() as folder:
        platform = Platform(Path(folder, "first"))
        try:
            platform.settle("r")
            assert not platform.take(lines).refused
            own = OwnSettings(platform.store.database, platform.store.accesses)
            own.choose_time_zone("UTC", WHO)
            for kind in ATTENTION_KINDS:
                own.choose_preset(kind, presets[kind].on, presets[kind].number, WHO)
            for today in sorted({days[place % len(days)] for place in places}):
                platform.clock.now = today * DAY + DAY // 2
                page: Any = platform.questions.attention_page(1_000, None, AttentionFilter())
                assert {(one.kind, one.since, one.event) for one in page.nodes} == plainly(told, presets, today)
        finally:
            platform.close()
