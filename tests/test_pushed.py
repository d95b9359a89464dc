"""What the database writes is what the resolvers would have answered, to the byte, whatever is recorded and whatever is asked."""

import asyncio
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import msgspec
import pytest
from corrected_histories import NOW, histories
from histories import Line
from history_words import HANDLES, HOME, OWN_ROLES
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw, Struct
from random_queries import ALL, VARIABLES, questions
from sent_lines import ROOT, Clock, account, initiative, line, meeting, pair, person, record
from served import served
from servers import NamedPostgres, Postgres
from store_places import Databases, Files, Place

from api.context import Context, all_done
from api.exchange import PLAIN_JSON, answer
from api.schema import make_schema
from api.wakeups import Wakeups
from domain.store.store import EventStore
from domain.store.tokens import Token
from projections.views import questions as asked_of_views
from projections.views.answer_cache import AnswerCache
from projections.views.pushed import ready_page
from projections.views.series import Series
from tussenruimte import Organisation

SCHEMA = make_schema()
STREAMS = ("r", "s", "t")
SECOND = 1_000_000
MEMBERS = "query Asked { page: relationships { nodes { id members { handle participant { id } } } } }"
NAMES = ['Next "Door"', "Buurtmaat é ☂ 🜁", "back\\slash / tab\t line\n", "\u2028 \x7f \x01 %s ? {}", "plain"]
Question = tuple[str, bool]
TOKEN = Token("tester", "coordinator", "tester", 0, 2**62, None)


class House:
    """An organisation to record in and to ask, each question in both ways."""

    def __init__(self, store: EventStore, clock: Clock) -> None:
        self.clock = clock
        self.organisation = Organisation(store)
        self.wakeups = Wakeups(self.organisation, 3_600)
        self.runner = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.runner.close()
        self.organisation.close()

    def take(self, lines: list[Any]) -> bool:
        """Record a batch; what is refused because something is missing that was not told yet does not matter here."""
        self.clock.now += SECOND
        raw = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in lines]
        return not record(self.organisation.store, raw).refused

    def asked(self, query: str, after: str | None, plainly: bool) -> Any:
        context = Context(self.organisation, self.wakeups, TOKEN, "Asked", lasting=plainly)

        async def executed() -> Any:
            result = await SCHEMA.execute(query, {**VARIABLES, "after": after}, context, operation_name="Asked")
            # Where something is refused, what was asked beside it is still being answered.
            await all_done()
            return result

        return self.runner.run(executed())

    def same_both_ways(self, question: Question, after: str | None) -> Any:
        """The plain answer, once it was found to be that of the database too."""
        query, written = question
        pushed, plain = self.asked(query, after, False), self.asked(query, after, True)
        assert isinstance((pushed.data or {}).get("page"), Raw) == (written and pushed.data is not None), query
        told = [bytes(answer(one.data, one.errors, PLAIN_JSON, "en").body) for one in (pushed, plain)]
        assert told[0] == told[1], query
        return plain.data

    def cursors(self) -> list[str | None]:
        found = self.asked("query Asked { relationships { edges { cursor } } }", None, True).data["relationships"]["edges"]
        return [None, *(edge["cursor"] for edge in found)]


@pytest.fixture(scope="module")
def databases(postgres: Postgres | NamedPostgres) -> Databases:
    return Databases(postgres, "pushed")


def settle(house: House, name: str) -> None:
    roles = [{"role": role, "side": side} for role, side in OWN_ROLES.items()]
    home = {"name": name, "kind": "buddy", "guidance": "light", "contact": "fixed"}
    people = [raw for stream in STREAMS for handle in HANDLES for raw in person(f"{stream}-{handle}")]
    registered = line("home-again", "event_amended", f"initiative/{HOME}", {"event": "home-registered", "data": home})
    own = line("roles", "roles_registered", f"initiative/{HOME}", {"roles": roles})
    assert house.take([initiative(HOME), own, registered, *people])


FATES = ["stays"] * 5 + ["withdraws", "erased", "frozen", "no consent", "never registered", "joined", "joined", "joined and parted"]
BOTH = ("r-a", "r-b")
"""Whose pages are asked for."""


def become(house: House, someone: str, fate: str) -> None:
    """People leave in every way there is: they withdraw, are taken back altogether, or lose their keys without an event that says so."""
    subject = f"participant/{someone}"
    match fate:
        case "joined" | "joined and parted":
            # Into one person, or a line of them, with those whose pages are asked for.
            house.take([line(f"{someone}-j{other}", "participants_joined", subject, {"participant": other}) for other in BOTH])
            house.take([line(f"{someone}-j", "participants_joined", f"participant/{BOTH[0]}", {"participant": someone})])
            if fate == "joined and parted":
                house.take([line(f"{someone}-p", "participants_parted", subject, {"participant": BOTH[1]}, "2022-02-01")])
        case "withdraws":
            house.take([line(f"{someone}-w", "consent_withdrawn", subject, {"scope": "record"}, "2022-01-01")])
        case "erased":
            house.organisation.store.keys.erase(subject)
        case "frozen":
            house.organisation.store.keys.freeze(subject)
        case "no consent":
            house.take([line(f"{someone}-n", "event_retracted", subject, {"event": f"{someone}-consent"})])
        case "never registered":
            ids = [f"{someone}-consent", f"{someone}-registered"]
            house.take([line(f"{id}-r", "event_retracted", subject, {"event": id}) for id in ids])


class Story(Struct):
    """What is recorded before and after the first pages were asked for, what becomes of whom in between, and what is asked at last.

    With each question a number, for the cursor that it goes on from."""

    name: str
    before: list[list[Line]]
    fates: dict[str, str]
    after: list[list[Line]]
    asked: list[tuple[Question, int]]


@st.composite
def stories(draw: Any) -> Story:
    batches: list[list[Line]] = [draw(histories(stream)) for stream in STREAMS]
    cuts = [draw(st.integers(1, len(batch))) for batch in batches]
    fates = {f"{stream}-{handle}": draw(st.sampled_from(FATES)) for stream in STREAMS for handle in HANDLES}
    before = [batch[:cut] for batch, cut in zip(batches, cuts, strict=True)]
    after = [batch[cut:] for batch, cut in zip(batches, cuts, strict=True)]
    asked = [(draw(questions()), draw(st.integers(0, 100))) for _ in range(5)]
    return Story(draw(st.sampled_from(NAMES)), before, fates, after, asked)


numbers = iter(range(1_000_000))


def same_both_ways(place: Place, story: Story) -> None:
    clock = Clock()
    clock.now = NOW
    # Each example has an organisation of its own; in PostgreSQL they stand in the same tables, and must not be seen in one another.
    with House(place.open(ROOT, f"house-{next(numbers)}", clock), clock) as house:
        settle(house, story.name)
        for batch in story.before:
            house.take(batch)
        first = house.cursors()
        for question, _ in story.asked:
            house.same_both_ways(question, None)
        for someone, fate in story.fates.items():
            become(house, someone, fate)
        for batch in story.after:
            house.take(batch)
        cursors = [None, None, None, *first, *house.cursors(), "nowhere"]
        for question, number in [((ALL, True), 0), *story.asked]:
            house.same_both_ways(question, cursors[number % len(cursors)])


@settings(max_examples=15)
@given(story=stories())
def test_what_sqlite_writes_is_what_the_resolvers_answer(story: Story) -> None:
    with TemporaryDirectory() as folder:
        same_both_ways(Files(Path(folder, "events.db")), story)


@settings(max_examples=15)
@given(story=stories())
def test_what_postgresql_writes_is_what_the_resolvers_answer(databases: Databases, story: Story) -> None:
    same_both_ways(databases, story)


SERIES = """query Asked($after: String) {
  relationship(id: "r") { trajectory(to: "2024-01-01", stepDays: 1) { at phase help friendship ambiguity confidence } }
  page: relationships(after: $after) { nodes { id } }
}"""


def test_a_series_that_was_asked_for_before_is_told_anew_once_something_late_is_recorded(tmp_path: Path) -> None:
    clock = Clock()
    with House(Files(tmp_path / "events.db").open(ROOT, "house", clock), clock) as house:
        house.take([*pair(), meeting("m1", "r", "2021-02-01", mood="light")])
        told = [house.same_both_ways((SERIES, True), None)["relationship"]["trajectory"] for _ in range(2)]
        house.take([account("late", "r", occurred="2021-01-15", named="friendship")])
        told += [house.same_both_ways((SERIES, True), None)["relationship"]["trajectory"] for _ in range(2)]
        assert told[0] == told[1] != told[2] == told[3]
        assert len(told[0]["at"]) == len(told[2]["help"]) == 1_096


def test_what_is_kept_is_told_after_one_statement_and_only_while_nothing_is_recorded(tmp_path: Path) -> None:
    with served(tmp_path) as house:
        house.record([msgspec.json.decode(sent) for sent in pair()])
        query = """{ relationship(id: "r") { id endedOn trajectory(from: "2021-01-01", to: "2021-06-01", stepDays: 7) { help } } }"""
        first, again = house.ask(query), house.ask(query)
        with house.statements() as kept:
            assert house.ask(query) == again == first
        house.record([msgspec.json.decode(meeting("late", "r", "2021-03-01", mood="light"))])
        house.ask("{ lenses { name } }")
        with house.statements() as anew:
            later = house.ask(query)
        assert later["relationship"]["trajectory"] != first["relationship"]["trajectory"]
        # Whose token it is, and for each of the two questions where the views stand.
        assert len(kept) == 3 < len(anew)


def test_a_page_is_written_once_until_something_is_recorded_or_somebody_is_erased(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []

    def counted(*given: Any) -> bytes | None:
        page = ready_page(*given)
        written.append(1)
        return page

    monkeypatch.setattr(asked_of_views, "ready_page", counted)
    clock = Clock()
    with House(Files(tmp_path / "events.db").open(ROOT, "house", clock), clock) as house:
        house.take(pair())

        def page() -> Any:
            return house.same_both_ways((MEMBERS, True), None)["page"]["nodes"]

        pages = [page(), page()]
        assert len(written) == 1
        house.take(pair("s"))
        pages += [page(), page()]
        assert len(written) == 2
        house.organisation.store.keys.erase("participant/r-anna")
        pages += [page(), page()]
        assert len(written) == 3
    assert pages[0] == pages[1] != pages[2] == pages[3] != pages[4] == pages[5]
    assert "r-anna" in json.dumps(pages[3])
    assert "r-anna" not in json.dumps(pages[4])


def test_series_are_kept_up_to_so_many_bytes_and_worked_out_once_while_they_are() -> None:
    kept, made = AnswerCache[Series](lambda series: series.size, limit=100), []

    def series(name: str) -> Series:
        return kept.get(name, lambda: made.append(name) or Series(1, {"at": b"x" * 40}))  # type: ignore[func-returns-value]

    for name in ("a", "b", "a", "c", "a", "b"):
        assert series(name).size == 40
    assert made == ["a", "b", "c", "b"]
