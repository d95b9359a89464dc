"""Whoever sees something personal stands in the access log before they see it, and nobody does for what was never sealed.

A table says each way in which something is opened, with the entries it leaves; all of it on both stores.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from live import live
from served import NOW, Served, served_at
from starlette.websockets import WebSocketDisconnect
from store_places import Place, alter
from whole_catalogue import whole_catalogue

from domain.store.accesses import ALL_KINDS, FOLLOWING, Viewer, viewed_by
from domain.store.database import ACCESSES

CANARY = "kanarie"
EVENTS = len(whole_catalogue(lambda place: place))
PAIR = ("relationship/pair", ("members", "notes", "voices"), "read")
VOICES = ("relationship/pair", ("voices",), "read")
MEMBERS = ("relationship/pair", ("members",), "read")
NAME = ("participant", ("names",), "read")
TABLE = ("relationship/table", ("members",), "read")
RELATIONSHIP = 'query { relationship(id: "pair") { %s } }'

Found = tuple[str, tuple[str, ...], str]
WAYS: dict[str, tuple[str, list[Found]]] = {
    "a history": (RELATIONSHIP % "history { data }", [PAIR]),
    "what a history amended": ('{ relationship(id: "pair") { history { ...A } } } fragment A on Event { x: amended }', [PAIR]),
    "openings": (RELATIONSHIP % "openings { about }", [VOICES]),
    "who left it open": (RELATIONSHIP % "openings { ... on Opening { by } }", [VOICES]),
    "tensions": (RELATIONSHIP % "tensions { kind }", [VOICES]),
    "who the members are": (RELATIONSHIP % "members { participant { id } }", [MEMBERS]),
    "their names": (RELATIONSHIP % "members { participant { name } }", [MEMBERS, NAME, NAME, NAME]),
    "a name": ('{ participant(id: "anna") { name } }', [NAME]),
    "a name, twice": ('{ participant(id: "anna") { name } other: participant(id: "bram") { name } }', [NAME, NAME]),
    "the relationships of somebody": ('{ participant(id: "anna") { relationships { nodes { id } } } }', [MEMBERS, TABLE]),
    "relationships by who is in them": ('{ relationships(filter: { participant: "dirk" }) { nodes { id } } }', [TABLE]),
    "events by whom they are about": ('{ events(first: 1, filter: { participant: "dirk" }) { nodes { id } } }', [TABLE]),
    "a page with who the members are": ("{ relationships { nodes { members { participant { id } } } } }", [MEMBERS, TABLE]),
    "the same again": ("{ relationships { nodes { members { participant { id } } } } }", [MEMBERS, TABLE]),
    "why it reads so": (
        RELATIONSHIP % 'reading(at: "2021-03-01", lens: "accounts") { because { event { data } } }',
        [("relationship/pair", ("notes", "voices"), "read")],
    ),
    "what moved it": (
        RELATIONSHIP % 'moves(lens: "accounts") { triggers { data } }',
        [("relationship/pair", ("notes", "voices"), "read")],
    ),
    "what moved anything": (
        '{ moves(first: 1, lens: "accounts") { nodes { triggers { data } } } }',
        [("relationship/pair", ("notes",), "read")],
    ),
    "events": (
        '{ events(filter: { types: ["participant_registered"] }) { nodes { data } } }',
        [("participant", ("contact", "names", "notes"), "read")] * 4,
    ),
    "events of an initiative": (
        '{ events(filter: { types: ["initiative_registered"] }) { nodes { data } } }',
        [("initiative/home", ("notes",), "read")],
    ),
    "the access log": ('{ audit { accessLog(relationship: "pair") { nodes { by } } } }', [("relationship/pair", ("accesses",), "read")]),
    "all of the access log": ("{ audit { accessLog { nodes { by } } } }", [("organisation", ("accesses",), "read")]),
}
NOTHING_OPENED = {
    "what it is": RELATIONSHIP % "id origin startedOn initiative { name }",
    "how it reads": RELATIONSHIP % 'reading(at: "2021-03-01") { phase because { basis event { id type occurred } } }',
    "a course": RELATIONSHIP % "trajectory { at phase }",
    "room": RELATIONSHIP % 'room(at: "2021-03-01") { breadth made { of count } }',
    "moves": RELATIONSHIP % "moves { at now triggers { id } }",
    "handles": RELATIONSHIP % "members { handle roles withdrawn }",
    "terms and agreements": RELATIONSHIP % "terms { kind } agreements { kind } reversals { from }",
    "when something was open": RELATIONSHIP % "openings { holder from } tensions { from easedOn }",
    "what happened when": RELATIONSHIP % "history { type occurred }",
    "pages": "{ relationships { nodes { id members { handle } } } initiatives { nodes { name } } }",
    "pages of events": "{ events { nodes { type } } moves { nodes { now } } }",
    "that somebody is registered": '{ participant(id: "anna") { registeredOn consents { scope } } }',
    "whoever is not there": '{ participant(id: "nobody") { name } relationship(id: "none") { history { data } } }',
    "the log of what is not there": '{ audit { accessLog(relationship: "none") { nodes { by } } } }',
    "lenses": "{ lenses { name } }",
    "checkpoints": "{ audit { checkpoint } }",
}


@pytest.fixture
def house(place: Place) -> Iterator[Served]:
    with catalogued(place) as found:
        yield found


@contextmanager
def catalogued(place: Place) -> Iterator[Served]:
    """The whole catalogue, with a canary in all that is sealed, served."""
    with served_at(place.open(b"r" * 32, "buurtmaat", lambda: NOW)) as found:
        found.record(whole_catalogue(lambda where: f"{CANARY} {where} {CANARY}"))
        yield found


def rows(house: Served) -> list[dict[str, Any]]:
    with house.organisation.store.reading() as connection:
        found = connection.execute(f"SELECT entry FROM {connection.table(ACCESSES)} a ORDER BY position")
        return [json.loads(entry) for (entry,) in found]


def left(house: Served, ask: Callable[[], object]) -> list[Found]:
    """The entries that asking leaves."""
    before = len(rows(house))
    ask()
    return [(entry["place"], tuple(entry["kinds"]), entry["action"]) for entry in rows(house)[before:]]


@pytest.fixture
def lose(place: Place) -> Iterator[Callable[[], None]]:
    """From when this is called nothing can be written into the access log any more."""
    yield lambda: alter(place, "ALTER TABLE accesses RENAME TO lost")
    alter(place, "ALTER TABLE lost RENAME TO accesses")


def test_each_way_of_seeing_leaves_its_entries_and_no_other(house: Served) -> None:
    wrong = {}
    for way, (query, due) in WAYS.items():
        answer: dict[str, Any] = {}
        found = left(house, lambda query=query, answer=answer: answer.update(house.answer(query)))  # type: ignore[misc]
        if sorted(found) != sorted(due) or "errors" in answer:
            wrong[way] = (found, due, answer)
    assert not wrong


def test_what_was_never_sealed_leaves_none(house: Served) -> None:
    wrong = {}
    for way, query in NOTHING_OPENED.items():
        if found := left(house, lambda query=query: house.ask(query)):  # type: ignore[misc]
            wrong[way] = found
    assert not wrong


def test_an_entry_says_who_looked_when_and_for_whom(house: Served) -> None:
    (token,) = house.organisation.tokens.list()
    house.answer(WAYS["a name"][0], {"On-Behalf-Of": "coordinator/k"})
    (entry,) = rows(house)
    mark = entry.pop("mark")
    assert len(mark) == 64
    assert entry == {
        "action": "read", "at": "2026-01-31T12:00:00Z", "behalf": "coordinator/k", "by": "token/tester", "kinds": ["names"],
        "organisation": "buurtmaat", "place": "participant", "position": 1, "role": "coordinator", "token": token.id,
    }  # fmt: skip


@pytest.mark.parametrize("who", ["participant/anna", "member/a", "somebody", "coordinator/", "coordinator/k\n"])
def test_for_whom_somebody_looks_is_no_participant_and_no_free_text(empty: Served, who: str) -> None:
    answered = empty.client.get("/events", headers={"On-Behalf-Of": who.encode()})
    assert answered.status_code == 400
    assert answered.json()["errors"][0]["extensions"]["code"] == "BAD_INPUT"


def test_for_whom_somebody_looks_is_said_once(empty: Served) -> None:
    answered = empty.client.get("/events", headers=[("On-Behalf-Of", "coordinator/k"), ("On-Behalf-Of", "coordinator/l")])
    assert answered.status_code == 400


def test_where_it_cannot_be_written_nothing_is_shown_and_what_was_never_sealed_is(house: Served, lose: Callable[[], None]) -> None:
    lose()
    for way, (query, _) in WAYS.items():
        answer = house.answer(query)
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"UNAVAILABLE"}, way
        assert CANARY not in json.dumps(answer), way
    read = house.client.get("/events", params={"relationship": "pair"})
    assert CANARY not in read.text
    for query in NOTHING_OPENED.values():
        if "accessLog" not in query:
            house.ask(query)


def test_all_of_the_events_leave_one_entry_and_some_of_them_one_for_each_place(house: Served) -> None:
    assert left(house, lambda: house.client.get("/events")) == [("organisation", ALL_KINDS, "export")]
    (entry,) = rows(house)
    assert (entry["since"], entry["upto"]) == (0, EVENTS)
    found = left(house, lambda: house.client.get("/events", params={"participant": "dirk"}))
    assert sorted(found) == [
        ("participant", ("contact", "names", "notes"), "export"),
        ("relationship/table", ("members", "notes"), "export"),
    ]
    # Nothing sealed is in these, but it is told that it is she who is there.
    asked = {"participant": "anna", "types": "relationship_ended"}
    assert left(house, lambda: house.client.get("/events", params=asked)) == [("relationship/pair", ("members", "notes"), "export")]
    assert left(house, lambda: house.client.get("/events", params={"after": str(EVENTS)})) == []


def test_what_was_recorded_is_shown_to_who_recorded_it_and_that_is_a_look_too(house: Served) -> None:
    event = {
        "specversion": "1.0", "id": "new", "source": "urn:test", "type": "tussenruimte.participant_registered.v1",
        "subject": "participant/new", "occurred": "2021-01-01", "data": {"name": CANARY},
    }  # fmt: skip
    record = "mutation($e: [JSON!]!) { recordEvents(events: $e) { ids %s } }"
    assert left(house, lambda: house.ask(record % "", e=[event])) == []
    assert left(house, lambda: house.ask(record % "events { data }", e=[event])) == [NAME]


FEEDS = {
    "everything": ("{ events { ... on EventArrived { event { data } } ... on CaughtUp { position } } }", "organisation"),
    "a relationship": (
        '{ events(filter: { relationship: "pair" }) { ... on EventArrived { event { data } } ... on CaughtUp { position } } }',
        "relationship/pair",
    ),
    "more than the relationship": (
        '{ events(filter: { relationship: "pair" }) { ... on EventArrived { event { data } relationship { members { participant'
        " { relationships { nodes { id } } } } } } ... on CaughtUp { position } } }",
        "organisation",
    ),
    "moves": ("{ moves { ... on MoveArrived { move { triggers { data } } } ... on CaughtUp { position } } }", "organisation"),
}


@pytest.mark.parametrize("feed", FEEDS)
def test_who_follows_is_written_down_when_they_begin_and_up_to_where_when_they_end(place: Place, feed: str) -> None:
    query, where = FEEDS[feed]
    with catalogued(place) as house, live(house) as connection:
        connection.subscribe(f"subscription {query}")
        while "position" not in connection.told():
            pass
        (entry,) = rows(house)
        assert (entry["action"], entry["place"], entry["by"], "upto" in entry) == ("follow", where, "token/tester", False)
    with served_at(place.open(b"r" * 32, "buurtmaat", lambda: NOW)) as again:
        _, told = rows(again)
        assert (told["action"], told["place"], told["since"], told["upto"]) == ("told", where, 0, EVENTS)


def test_a_feed_in_which_nothing_sealed_is_shown_leaves_none(house: Served) -> None:
    with live(house) as connection:
        connection.subscribe("subscription { events { ... on EventArrived { event { id type } } ... on CaughtUp { position } } }")
        while "position" not in connection.told():
            pass
    assert rows(house) == []


def test_nobody_follows_where_it_cannot_be_written(house: Served, lose: Callable[[], None]) -> None:
    lose()
    with live(house) as connection:
        connection.subscribe(f"subscription {FEEDS['everything'][0]}")
        with pytest.raises(WebSocketDisconnect) as ended:
            connection.message()
        assert ended.value.code == 1013
    assert house.client.get("/events", headers={"Accept": "text/event-stream"}).status_code == 503


def test_no_entry_holds_what_was_seen(house: Served, place: Place) -> None:
    for query, _ in WAYS.values():
        house.answer(query)
    house.client.get("/events")
    kept = json.dumps(rows(house))
    assert len(rows(house)) > len(WAYS)
    assert not [word for word in (CANARY, "anna", "bram", "cees", "dirk") if word in kept]
    assert CANARY.encode() not in place.stored()


def test_of_what_is_told_to_followers_no_question_writes_by_itself(house: Served) -> None:
    with viewed_by(FOLLOWING):
        house.organisation.questions.histories(["pair"])
    assert rows(house) == []
    with viewed_by(Viewer("command-line/k", "operator")):
        house.organisation.questions.histories(["pair"])
    assert [entry["by"] for entry in rows(house)] == ["command-line/k"]
    house.organisation.questions.histories(["pair"])
    assert [entry["by"] for entry in rows(house)] == ["command-line/k", "unknown"]
