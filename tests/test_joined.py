"""Who was registered twice is one person once that is told, and two again when it is taken back, whatever is told late or corrected."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sent_lines import Clock, ended, initiative, line, match, opened, person, record
from served import Served
from servers import NamedPostgres, Postgres
from store_faults import view_rows
from store_places import Databases, Files, Place

from domain.model.time import day
from domain.store.erasures import Unfinished
from domain.store.persons import registrations
from projections.erasing import Erasing
from projections.retention import Due
from projections.runner import Runner
from projections.views.filters import EventFilter, RelationshipFilter
from tussenruimte import Organisation

PEOPLE = tuple("abcdef")
OTHERS = "xyz"


def joined(own: str, other: str, id: str | None = None, occurred: str = "2022-01-01", way: str = "joined") -> bytes:
    return line(id or f"{own}-{other}-{way}", f"participants_{way}", f"participant/{own}", {"participant": other}, occurred)


def parted(own: str, other: str, id: str | None = None, occurred: str = "2022-06-01") -> bytes:
    return joined(own, other, id, occurred, "parted")


def settled() -> list[bytes]:
    """Each with a relationship, the first three with two."""
    known = [raw for one in (*PEOPLE, *OTHERS) for raw in person(one)]
    return [initiative(), *known, *[match(f"r{n}", one, OTHERS[n % 3]) for n, one in enumerate((*PEOPLE, *"abc"))]]


def persons(organisation: Organisation) -> set[frozenset[str]]:
    found = organisation.questions.participants(PEOPLE)
    return {frozenset({id, *found[id].joined_with}) for id in PEOPLE}


def of_person(organisation: Organisation, id: str, first: int = 50) -> list[str]:
    """The relationships of a person, page after page."""
    found: list[str] = []
    after = None
    while True:
        page = organisation.questions.relationship_page(first, after, RelationshipFilter(participant=id))
        found += [node.id for node in page.nodes]
        if not page.has_next_page:
            return found
        after = page.cursors[-1]


# What is one person, over anything that may be told


class Told:
    """What was told of joining and parting, and who is one person by it: as simple as can be."""

    def __init__(self) -> None:
        self.events: dict[str, list[Any]] = {}
        """By id: own, way, other, day; in the order of recording."""
        self.amended: dict[str, list[Any]] = {}
        self.retracted: set[str] = set()

    def copy(self) -> "Told":
        other = Told()
        other.events, other.amended, other.retracted = dict(self.events), dict(self.amended), set(self.retracted)
        return other

    def stream(self, own: str) -> list[tuple[str, int, str, str]]:
        """What stands in the order of occurring: day, place, way, other."""
        found = []
        for place, (id, (of, way, other, on)) in enumerate(self.events.items()):
            if of == own and id not in self.retracted:
                other, on = self.amended.get(id, (other, on))
                found.append((on, place, way, other))
        return sorted(found)

    def holds(self) -> dict[str, set[str]] | None:
        """With whom each is joined in their own stream; None where what was told cannot be."""
        found: dict[str, set[str]] = {}
        for own in PEOPLE:
            now = found[own] = set()
            for _, _, way, other in self.stream(own):
                if other == own or (other in now) == (way == "joined"):
                    return None
                now ^= {other}
        return found

    def persons(self) -> set[frozenset[str]]:
        """By union and find."""
        above = {one: one for one in PEOPLE}

        def find(one: str) -> str:
            return one if above[one] == one else find(above[one])

        for own, others in (self.holds() or {}).items():
            for other in others:
                above[find(own)] = find(other)
        return {frozenset(other for other in PEOPLE if find(other) == find(one)) for one in PEOPLE}


ONE = st.sampled_from(PEOPLE)
DAYS = st.sampled_from([f"2022-0{month}-01" for month in range(1, 8)])
STEPS = st.lists(
    st.tuples(st.sampled_from(["joined", "joined", "joined", "parted", "amended", "retracted"]), ONE, ONE, DAYS, st.integers(0, 99)),
    min_size=4,
    max_size=16,
)


def happens(told: Told, number: int, step: tuple[str, str, str, str, int]) -> bytes | None:
    """Take a step further in what was told, and the line that tells it."""
    way, own, other, on, which = step
    id = f"step{number}"
    if way in ("joined", "parted"):
        told.events[id] = [own, way, other, on]
        return joined(own, other, id, on, way)
    standing = [id for id in told.events if id not in told.retracted]
    if not standing:
        return None
    target = standing[which % len(standing)]
    subject, data = f"participant/{told.events[target][0]}", {"event": target}
    if way == "retracted":
        told.retracted.add(target)
        return line(id, "event_retracted", subject, data)
    told.amended[target] = [other, on]
    return line(id, "event_amended", subject, {**data, "data": {"participant": other}, "occurred": on})


numbers = iter(range(1_000_000))


def persons_are_those_of_the_oracle(place: Place, steps: list[tuple[str, str, str, str, int]]) -> None:
    clock, told = Clock(), Told()
    with closing(Organisation(opened(place, f"house-{next(numbers)}", clock=clock))) as organisation:
        assert not record(organisation.store, settled()).refused
        for number, step in enumerate(steps):
            tried = told.copy()
            if (sent := happens(tried, number, step)) is None:
                continue
            clock.now += 1_000_000
            outcome = record(organisation.store, [sent])
            assert bool(outcome.refused) == (tried.holds() is None)
            told = tried if not outcome.refused else told
            if number % 3 == 0:
                assert persons(organisation) == told.persons()
        assert persons(organisation) == told.persons()
        with organisation.store.reading() as connection:
            assert {frozenset(registrations(organisation.store, connection, one)) for one in PEOPLE} == told.persons()
        of_each = {one: of_person(organisation, one, 2) for one in PEOPLE}
        alone = {one: {f"r{n}" for n, who in enumerate((*PEOPLE, *"abc")) if who == one} for one in PEOPLE}
        everything = [node.id for node in organisation.questions.relationship_page(50, None, RelationshipFilter()).nodes]
        for whole in told.persons():
            theirs = set().union(*(alone[one] for one in whole))
            for one in whole:
                assert of_each[one] == [id for id in everything if id in theirs]
        before = view_rows(organisation.store, organisation.runner)
        organisation.runner.rebuild()
        assert view_rows(organisation.store, organisation.runner) == before


@settings(max_examples=40)
@given(steps=STEPS)
def test_whoever_is_connected_is_one_person_in_files(steps: list[tuple[str, str, str, str, int]]) -> None:
    with TemporaryDirectory() as folder:
        persons_are_those_of_the_oracle(Files(Path(folder, "events.db")), steps)


@pytest.fixture(scope="module")
def joining(postgres: Postgres | NamedPostgres) -> Databases:
    return Databases(postgres, "joining")


@settings(max_examples=40)
@given(steps=STEPS)
def test_whoever_is_connected_is_one_person_in_postgresql(joining: Databases, steps: list[tuple[str, str, str, str, int]]) -> None:
    persons_are_those_of_the_oracle(joining, steps)


# What it means to be one person


@pytest.fixture
def organisation(place: Place) -> Iterator[Organisation]:
    clock = Clock()
    clock.now = day("2025-03-31")
    with closing(Organisation(opened(place, clock=clock))) as organisation:
        assert not record(organisation.store, [*settled(), joined("a", "b"), joined("c", "b")]).refused
        yield organisation


def test_the_events_of_a_person_are_those_under_all_their_ids(organisation: Organisation) -> None:
    page = organisation.questions.event_page(100, None, EventFilter(participant="c", types=["participant_registered", "match_made"]))
    told = {"a-registered", "b-registered", "c-registered", *(f"r{n}-match" for n in (0, 1, 2, 6, 7, 8))}
    assert {event.id for event in page.nodes} == told


def test_members_keep_the_id_that_their_relationship_was_told_and_each_registration_its_own_consents(organisation: Organisation) -> None:
    record(organisation.store, [line("out", "consent_withdrawn", "participant/b", {"scope": "record"}, "2023-01-01")])
    members = organisation.questions.members(["r0", "r1"])
    assert [(member.participant, member.withdrawn) for id in ("r0", "r1") for member in members[id]][::2] == [("a", False), ("b", True)]
    found = organisation.questions.participants(["a", "b"])
    assert [found[id].consents[0].withdrawn for id in ("a", "b")] == [None, "2023-01-01"]


def test_a_person_is_erased_under_all_their_ids_each_with_a_certificate_and_nobody_else(organisation: Organisation) -> None:
    record(organisation.store, [joined("e", "d"), joined("f", "c"), parted("f", "c")])
    erased = organisation.erasing.erase("c")
    assert erased.participant == "c"
    everyone = organisation.erasing.ledger.all()
    assert [one.participant for one in everyone] == ["a", "b", "c"]
    for one in everyone:
        assert one.position is not None
        assert one.certificate is not None
        assert one.certificate["destroyed"] == {"keys": 1, "handles": 2, "sealed": 3}
        assert not any(one.certificate["left"].values())
    assert {one.event for one in everyone} == {f.id for f in told_of(organisation, "abc") if f.kind.name == "participant_erased"}
    found = organisation.questions.participants(["a", "d", "f"])
    assert (found["a"].name, found["d"].name, found["f"].name) == ({"erased": "2025-03-31"}, "Somebody", "Somebody")
    assert of_person(organisation, "a") == []
    # That the ids are of one person stays, as the ids do.
    assert found["a"].joined_with == ["b", "c"]


def told_of(organisation: Organisation, people: str) -> list[Any]:
    store = organisation.store
    with store.reading() as connection:
        streams = store.streams(connection, [f"participant/{id}" for id in people], store.keys.ring())
    return [event for events in streams.values() for event in events]


BOUNDARIES = [(owner, step, nth) for owner, step in ((Erasing, "_done"), (Erasing, "_wipe"), (Runner, "forget")) for nth in (0, 1, 2)]


@pytest.mark.parametrize(("owner", "step", "nth"), BOUNDARIES)
def test_an_erasure_broken_off_between_two_ids_of_a_person_goes_on_for_all(
    organisation: Organisation, place: Place, monkeypatch: pytest.MonkeyPatch, owner: Any, step: str, nth: int
) -> None:
    meant, count = getattr(owner, step), iter(range(9))

    def breaks(*given: Any) -> Any:
        if next(count) == nth:
            raise KeyboardInterrupt
        return meant(*given)

    with monkeypatch.context() as patched:
        patched.setattr(owner, step, breaks)
        with pytest.raises(KeyboardInterrupt):
            organisation.erasing.erase("b")
    # All of them are in the ledger before anything is done about the first, and nothing of any of them opens any more.
    assert [one.participant for one in organisation.erasing.ledger.all()] == ["a", "b", "c"]
    assert "requested" not in {organisation.erasing.ledger.state(one) for one in organisation.erasing.ledger.all()}
    with closing(Organisation(opened(place, clock=organisation.store.clock))) as other:
        assert other.erasing.go_on() == 3 - nth
        assert other.erasing.ledger.unfinished() == []
        assert len(other.erasing.ledger.all()) == 3


def test_who_is_joined_while_an_erasure_begins_is_erased_too(organisation: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = organisation.store.keys
    meant = type(keys).freeze

    def slips_in(self: Any, owner: str) -> None:
        # Before the first key is frozen others record, as another process may; once it is, they are refused.
        if not organisation.erasing.ledger.all()[3:]:
            assert not record(organisation.store, [joined("d", "a")]).refused
        meant(self, owner)

    monkeypatch.setattr(type(keys), "freeze", slips_in)
    with monkeypatch.context() as patched:
        patched.setattr(organisation.erasing, "_done", lambda one: one)
        organisation.erasing.erase("c")
    assert [one.participant for one in organisation.erasing.ledger.all()] == ["a", "b", "c", "d"]
    monkeypatch.undo()
    assert [refused.refusal.rule for refused in record(organisation.store, [joined("e", "a")]).refused] == ["joined_erased"]
    assert organisation.erasing.go_on() == 4


def test_no_certificate_is_given_for_a_person_of_whom_an_id_is_left(organisation: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = type(organisation.store.keys)
    meant = keys.erase
    with monkeypatch.context() as patched:
        patched.setattr(keys, "erase", lambda self, owner: "2025-03-31" if owner == "participant/a" else meant(self, owner))
        with pytest.raises(Unfinished):
            organisation.erasing.erase("c")
    assert {one.participant for one in organisation.erasing.ledger.unfinished()} >= {"a"}
    assert organisation.erasing.go_on() > 0
    assert organisation.erasing.ledger.unfinished() == []


def test_it_is_the_person_who_is_due_and_not_the_registration(organisation: Organisation) -> None:
    """The relationships of a ended in 2023, those of b in 2024; one of c goes on, and so does what the others have."""
    store, retention = organisation.store, organisation.retention
    record(store, [ended("r0", "2023-01-31"), ended("r6", "2023-02-28"), ended("r1", "2024-01-31"), ended("r7", "2024-02-29")])
    record(store, [ended("r2", "2024-01-01")])
    assert retention.due(12) == []
    record(store, [parted("c", "b")])
    assert retention.due(12) == [Due("a", day("2024-02-29")), Due("b", day("2024-02-29"))]
    assert retention.due(13) == [Due("a", day("2024-02-29")), Due("b", day("2024-02-29"))]
    assert retention.due(14) == []
    record(store, [parted("a", "b")])
    assert retention.due(14) == [Due("a", day("2023-02-28"))]


def test_a_registration_that_never_was_in_a_relationship_goes_with_its_person(organisation: Organisation) -> None:
    record(organisation.store, [*person("new"), joined("new", "d"), ended("r3", "2023-02-28")])
    assert [one.participant for one in organisation.retention.due(12)] == ["d", "new"]
    organisation.erasing.erase("d")
    assert organisation.retention.due(12) == []
    assert [one.participant for one in organisation.erasing.ledger.all()] == ["d", "new"]


# Over HTTP


JOIN = """mutation($own: ID!, $other: ID!) {
    recordParticipantsJoined(input: { participant: $own, occurred: "2022-01-01", data: { participant: $other } }) { recorded }
}"""
PART = """mutation($own: ID!, $other: ID!) {
    recordParticipantsParted(input: { participant: $own, occurred: "2022-02-01", data: { participant: $other } }) { recorded }
}"""
PERSON = """query($id: ID!) {
    participant(id: $id) { joinedWith relationships { nodes { id members { handle participant { id joinedWith } } } } }
    relationships(filter: { participant: $id }) { nodes { id } }
    ready: participant(id: $id) { relationships { nodes { id } } }
}"""


def test_a_participant_is_joined_and_parted_over_graphql(empty: Served) -> None:
    empty.record([json.loads(raw) for raw in settled()])
    assert empty.ask(JOIN, own="a", other="b") == {"recordParticipantsJoined": {"recorded": 1}}
    whole = empty.ask(PERSON, id="b")
    assert whole["participant"]["joinedWith"] == ["a"]
    nodes = whole["participant"]["relationships"]["nodes"]
    ids = [node["id"] for node in nodes]
    assert sorted(ids) == ["r0", "r1", "r6", "r7"]
    assert [node["id"] for node in whole["relationships"]["nodes"]] == ids
    assert [node["id"] for node in whole["ready"]["relationships"]["nodes"]] == ids
    assert {node["id"]: node["members"][0]["participant"] for node in nodes}["r0"] == {"id": "a", "joinedWith": ["b"]}
    assert empty.ask(PART, own="a", other="b") == {"recordParticipantsParted": {"recorded": 1}}
    apart = empty.ask(PERSON, id="b")
    assert apart["participant"]["joinedWith"] == []
    assert sorted(node["id"] for node in apart["relationships"]["nodes"]) == ["r1", "r7"]


def test_what_cannot_be_joined_is_told_over_graphql_in_either_language(empty: Served) -> None:
    empty.record([json.loads(raw) for raw in settled()])
    assert empty.refusal(JOIN, own="a", other="a")["code"] == "RULE_BROKEN"
    assert empty.refusal(PART, "nl", own="a", other="b")["rule"].startswith("'b' was hier niet samengevoegd")
