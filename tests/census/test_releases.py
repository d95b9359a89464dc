"""When the numbers of the census change: not before as many persons add something else as a number has to rest on."""

from collections.abc import Callable
from itertools import pairwise
from random import Random

import msgspec
import pytest
from sent_lines import Clock, account, match, person, record, runner_of

from census.neighbourhood import initiative, pair, settle
from domain.model.time import day
from domain.store.database import CENSUS_TOLD
from domain.store.store import EventStore
from projections.census.cells import Rule
from projections.census.contributions import PHASES, month_of
from projections.census.edition import edition
from projections.census.releases import Releases
from projections.census.sources import sources
from projections.census.tables import By, Tables
from projections.census.units import People, unit
from projections.views.questions import Questions
from tussenruimte import Organisation

ASKED: tuple[By, ...] = ("all", "initiative", "kind", "guidance")
RULE = Rule(10)


def told(tables: Tables) -> bytes:
    """Everything that can be asked, as it is answered."""
    states = [tables.states(by, "month") for by in ASKED]
    moves = [tables.moves(by, "year") for by in ASKED] + [tables.moves("all", "quarter"), tables.moves("all", "month")]
    return msgspec.json.encode([states, moves, tables.curves()])


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.now = day("2022-01-05")
    return clock


@pytest.fixture
def store(opening: Callable[[], EventStore]) -> EventStore:
    store = opening()
    settle(store)
    return store


def census(store: EventStore) -> Releases:
    return Releases(store, runner_of(store), RULE, "accounts", Random(0))


def as_it_is(store: EventStore) -> Tables:
    """What would be told if nothing stood still."""
    with Questions(store, runner_of(store)).snapshot() as snapshot:
        found = sources(snapshot, "accounts", month := month_of(snapshot.now))
    people = People(found.people, found.elsewhere())
    units = {id: unit(place, month, found.told[id], people, RULE) for id, place in found.places.items() if id in found.told}
    return Tables(RULE, edition(RULE, units, Random(0)), units)


def kept(store: EventStore) -> set[str]:
    """The relationships of which it is kept what they added."""
    with store.reading() as connection:
        rows = connection.execute(f"SELECT relationship, body FROM {connection.table(CENSUS_TOLD)} t")
        return {id for id, body in rows if body}


def test_much_is_told_of_all_and_what_is_told_of_some_says_nothing_of_the_others(store: EventStore) -> None:
    tables = census(store).told()[1]
    last = {(one.row, one.of): one.count for by in ASKED for one in tables.states(by, "month") if one.period == "2022-01"}
    # Of the six pairs that are no more than six, five were told when the tenth person began; what changed since is of too few.
    assert [last["", phase] for phase in PHASES] == [25, 25, 24, None]
    assert [last[id, "help"] for id in ("home0", "home1", "home2", "home3")].count(8) == 1
    assert last["home3", "help"] is last["buddy", "help"] is None


def test_one_pair_that_is_added_changes_no_byte_of_any_answer(store: EventStore) -> None:
    releases = census(store)
    before = told(releases.told()[1])
    assert not record(store, pair("home0", 100, "help")).refused
    assert not releases.go_on()
    assert told(releases.told()[1]) == before


def test_if_nothing_stood_still_one_pair_that_is_added_would_be_seen(store: EventStore) -> None:
    """The control."""
    before = told(as_it_is(store))
    assert before == told(census(store).told()[1])
    assert not record(store, pair("home0", 100, "help")).refused
    assert told(as_it_is(store)) != before


def test_an_initiative_goes_on_with_every_tenth_person_who_adds_something_else(store: EventStore) -> None:
    releases = census(store)
    answers = [told(releases.told()[1])]
    for number in range(100, 111):
        assert not record(store, pair("home0", number, "help")).refused
        releases.go_on()
        answers.append(told(releases.told()[1]))
    changed = [number for number, (before, after) in enumerate(pairwise(answers), 1) if before != after]
    assert changed == [5, 10]


def test_persons_of_several_initiatives_are_not_added_up(store: EventStore) -> None:
    releases = census(store)
    before = told(releases.told()[1])
    assert not record(store, [raw for home in range(3) for number in (100, 101) for raw in pair(f"home{home}", number, "help")]).refused
    assert not releases.go_on()
    assert told(releases.told()[1]) == before


def test_who_says_something_else_counts_as_who_is_added(store: EventStore) -> None:
    releases = census(store)
    before = told(releases.told()[1])
    said = [account(f"again-{number}", f"home0-{number}", named="unsure", occurred="2021-11-02") for number in range(5)]
    assert not record(store, said[:4]).refused
    assert not releases.go_on()
    assert not record(store, said[4:]).refused
    assert releases.go_on()
    assert told(releases.told()[1]) != before


def test_time_that_passes_changes_nothing_of_what_was_told_of_months_before(store: EventStore, clock: Clock) -> None:
    releases = census(store)
    before = told(releases.told()[1])
    clock.now = day("2022-03-20")
    assert not releases.go_on()
    assert told(releases.told()[1]) == before


def test_a_clock_that_was_set_back_takes_nothing_back(store: EventStore, clock: Clock) -> None:
    releases = census(store)
    before = told(releases.told()[1])
    clock.now = day("2021-03-20")
    assert not releases.go_on()
    assert told(releases.told()[1]) == before


def test_a_rebuild_another_process_and_another_start_tell_the_same(store: EventStore, opening: Callable[[], EventStore]) -> None:
    releases = census(store)
    before = told(releases.told()[1])
    assert not record(store, pair("home0", 100, "help")).refused
    runner = runner_of(store)
    runner.rebuild()
    assert told(Releases(store, runner, RULE, "accounts").told()[1]) == before
    other = opening()
    assert told(Releases(other, runner_of(other), RULE, "accounts").told()[1]) == before


def test_who_was_erased_changes_nothing_that_was_told_and_what_they_added_is_forgotten(store: EventStore) -> None:
    organisation = Organisation(store)
    releases = Releases(store, organisation.runner, RULE, "accounts", Random(0))
    before = told(releases.told()[1])
    assert "home0-1" in kept(store)
    organisation.erasing.erase("home0-1-anna")
    assert "home0-1" not in kept(store)
    assert not releases.go_on()
    assert told(releases.told()[1]) == before


def test_one_person_in_ten_relationships_is_not_seen_to_come_and_not_to_be_erased(store: EventStore) -> None:
    organisation = Organisation(store)
    releases = Releases(store, organisation.runner, RULE, "accounts", Random(0))
    before = told(releases.told()[1])
    others = [raw for number in range(12) for raw in person(f"other-{number}")]
    matches = [match(f"busy-{number}", "busy", f"other-{number}", "home0") for number in range(12)]
    assert not record(store, [*person("busy"), *others, *matches]).refused
    assert not releases.go_on()
    assert not record(store, [raw for number in range(100, 112) for raw in pair("home0", number, "help")]).refused
    assert releases.go_on()
    after = told(releases.told()[1])
    assert after != before
    organisation.erasing.erase("busy")
    assert not releases.go_on()
    assert told(releases.told()[1]) == after


def test_an_initiative_that_comes_later_is_told_of_from_the_next_quarter_on(store: EventStore, clock: Clock) -> None:
    releases = census(store)
    releases.told()[1]
    lines = [initiative("new"), *(raw for number in range(24) for raw in pair("new", number, "help"))]
    assert not record(store, lines).refused
    assert releases.go_on()
    assert "new" not in dict(releases.told()[1].rows("initiative"))
    clock.now = day("2022-04-01")
    assert releases.go_on()
    assert "new" in dict(releases.told()[1].rows("initiative"))
    assert not releases.go_on()


def test_nothing_is_told_of_fewer_persons_than_ten(opening: Callable[[], EventStore]) -> None:
    store = opening()
    assert not record(store, [initiative("home0"), *(raw for number in range(4) for raw in pair("home0", number, "help"))]).refused
    releases = census(store)
    assert not releases.go_on()
    assert releases.told()[1].states("all", "month") == []
