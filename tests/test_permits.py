"""Everybody records where they are appointed, and begins what is not there yet; nobody takes over what is somebody else's."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sent_lines import initiative, line, match, meeting, person, record
from served import NOW, served_at
from store_places import Place
from test_scopes import House, appointed, words

from domain.model.roles import Reach


@pytest.fixture
def house(place: Place) -> Iterator[House]:
    with served_at(place.open(b"r" * 32, "buurtmaat", lambda: NOW)) as served:
        yield House(served)


@pytest.mark.parametrize(
    "sent",
    [
        lambda id: meeting("new", id),
        lambda id: line("new", "consent_withdrawn", f"participant/{id}", {"scope": "record"}),
        lambda id: line("new", "initiative_closed", f"initiative/{id}", {}),
        lambda id: match("new", "alice", id, "buddies"),
        lambda id: match("new", "alice", "bram", id),
        lambda id: match("new", "alice", "bram", "buddies", grew_from=id),
        lambda id: line("new", "member_joined", "relationship/ours", {"handle": "c", "participant": id, "roles": ["volunteer"]}),
        lambda id: line("new", "participants_joined", "participant/alice", {"participant": id}),
        lambda id: line("new", "event_amended", "relationship/ours", {"event": "ours-match", "data": {
            "initiative": "buddies", "members": [{"handle": "a", "participant": id, "roles": ["volunteer"]},
                                                 {"handle": "b", "participant": "bram", "roles": ["help_seeker"]}]}}),
        lambda id: line("new", "event_amended", "relationship/ours", {"event": "ours-match", "data": {
            "initiative": id, "members": [{"handle": "a", "participant": "alice", "roles": ["volunteer"]},
                                          {"handle": "b", "participant": "bram", "roles": ["help_seeker"]}]}}),
    ],
)  # fmt: skip
def test_nobody_records_where_they_are_not_appointed_nor_learns_what_is_there(house: House, sent: Any) -> None:
    anna = house.member("anna")
    answers = {id: json.dumps(house.send(anna, sent(id))).replace(id, "…") for id in ("theirs", "carla", "coffee", "nowhere", "nobodys")}
    assert len(set(answers.values())) == 1, answers
    assert '"errors"' in answers["nowhere"]


REGISTERED = line("again", "participant_registered", "participant/carla", {"name": "Mine"})
OPENED_ANEW = [
    [REGISTERED, line("x", "event_retracted", "participant/carla", {"event": "carla-registered"})],
    [REGISTERED, line("x", "consent_withdrawn", "participant/carla", {"scope": "record"})],
    [line("carla-registered", "participant_registered", "participant/carla", {"name": "Somebody"})],
    [match("theirs", "alice", "bram", "buddies"), line("x", "event_retracted", "relationship/theirs", {"event": "theirs-match"})],
    [match("theirs", "alice", "bram", "buddies"), meeting("x", "theirs")],
]
"""What would take over a stream that is somebody else's, by opening it once more."""


@pytest.mark.parametrize("sent", OPENED_ANEW, ids=["retracted", "withdrawn", "repeated", "match", "met"])
def test_nobody_takes_over_what_is_there_by_opening_it_anew(house: House, sent: list[bytes]) -> None:
    anna, head = house.member("anna"), house.organisation.store.head
    with house.organisation.store.reading() as connection:
        before = head(connection)
    answer = house.send(anna, *sent)
    codes = {one["code"] for one in answer["errors"][0]["extensions"]["refused"]}
    assert codes <= {"CONFLICT", "FORBIDDEN"}
    assert not words(answer) & {"m-theirs", "said-theirs", "dirk"}
    assert house.ask(anna, '{ participant(id: "carla") { name } relationship(id: "theirs") { id } }')["data"] == {
        "participant": None, "relationship": None,
    }  # fmt: skip
    with house.organisation.store.reading() as connection:
        assert head(connection) == before


def test_what_was_left_without_an_opening_is_nobodys_to_begin_anew(house: House) -> None:
    gone = [line(f"r-{id}", "event_retracted", "participant/gus", {"event": f"gus-{id}"}) for id in ("consent", "registered")]
    assert not record(house.organisation.store, [*person("gus"), *gone]).refused
    answer = house.send(house.member("anna"), line("anew", "participant_registered", "participant/gus", {"name": "Mine"}))
    assert answer["errors"][0]["extensions"]["code"] == "CONFLICT"


CORRECTIONS = [
    line("c", "event_amended", "initiative/buddies", {"event": "anna-buddies", "data": {"coordinator": "zed"}}),
    line("c", "event_retracted", "initiative/buddies", {"event": "anna-buddies"}),
    line("c", "event_retracted", "initiative/buddies", {"event": "buddies-registered"}),
]


@pytest.mark.parametrize("sent", CORRECTIONS)
def test_nobody_but_an_administrator_corrects_an_initiative(house: House, sent: bytes) -> None:
    for who in (house.member("anna"), house.program("coordinator")):
        assert house.send(who, sent)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert house.organisation.questions.appointments()["anna"] == ["buddies"]


def test_a_coordinator_records_in_their_own_initiative_and_begins_there(house: House) -> None:
    anna = house.member("anna")
    answer = house.send(
        anna, meeting("m2", "ours", "2021-04-01"), *person("eva"), match("fresh", "eva", "alice", "buddies"), meeting("m3", "fresh")
    )
    assert "errors" not in answer, answer
    (event,) = house.ask(anna, '{ events(filter: {relationship: "ours"}, first: 1) { nodes { id recordedBy } } }')["data"]["events"][
        "nodes"
    ]
    assert event == {"id": "m2", "recordedBy": "coordinator/anna"}


def test_only_administrators_appoint_and_set_up(house: House) -> None:
    for who in (house.member("anna"), house.program("coordinator", Reach(initiatives=("buddies",)))):
        for sent in (appointed("anna", "buddies"), appointed("anna", "coffee"), initiative("mine")):
            answer = house.send(who, sent)
            assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN", answer
    assert house.send(house.program("coordinator"), appointed("x", "buddies"))["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert "errors" not in house.send(house.program("administrator"), initiative("mine"), appointed("anna", "mine"))


def test_an_administrator_brings_in_what_they_are_not_shown(house: House) -> None:
    answer = house.send(house.program("administrator"), meeting("m9", "ours", "2021-06-01"))
    assert answer["data"]["recordEvents"] == {"recorded": 1, "ids": ["m9"]}
    sent = "mutation($events: [JSON!]!) { recordEvents(events: $events) { recorded events { data } } }"
    told = house.ask(house.program("administrator"), sent, events=[json.loads(meeting("m10", "ours", "2021-06-02"))])
    assert {error["extensions"]["code"] for error in told["errors"]} == {"FORBIDDEN"}
