"""A participant sees what is theirs and nothing that another said, learns who looked, takes it along, and leaves in two steps."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from everything import OWN
from sent_lines import account, initiative, line, match, meeting, note, person, record
from served import NOW, Served, served_at
from store_places import Place
from test_scopes import WHO, words

CANARIES = {
    "of alice": "canary-alice", "of bram": "canary-bram", "of both": "canary-both", "of nobody": "canary-nobody",
    "said by alice": "canary-said-alice", "said by bram": "canary-said-bram", "of the coordinator": "canary-coordinator",
}  # fmt: skip
THEIRS = {"canary-alice", "canary-said-alice"}


class House:
    """Alice with Bram, and Bram with somebody else; Alice may look at what is hers."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.organisation = served.organisation
        said = CANARIES
        notes = {"notes": [
            {"about": ["a"], "text": said["of alice"]}, {"about": ["b"], "text": said["of bram"]},
            {"about": ["a", "b"], "text": said["of both"]}, {"about": [], "text": said["of nobody"]},
        ]}  # fmt: skip
        lines = [
            initiative("buddies"),
            *(one for id in ("alice", "bram", "carla") for one in person(id)),
            match("ours", "alice", "bram", "buddies"), match("others", "bram", "carla", "buddies"),
            meeting("met", "ours", **notes), meeting("others-met", "others", **note("canary-others", "a")),
            account("said-a", "ours", "a", named="friendship", **note(said["said by alice"], "a")),
            account("said-b", "ours", "b", named="help", **note(said["said by bram"], "b")),
            account("said-c", "ours", "coordinator", named="both", **note(said["of the coordinator"])),
            line("tense-b", "tension_felt", "relationship/ours", {"tension": "t1", "kind": "strain"}, "2021-03-10", perspective="b"),
            line("eased-b", "tension_eased", "relationship/ours", {"tension": "t1"}, "2021-03-20"),
            line("open-a", "left_open", "relationship/ours", {"opening": "o1", "about": "nature"}, "2021-03-10", perspective="a"),
            line("settled-a", "settled", "relationship/ours", {"opening": "o1"}, "2021-03-20"),
            line("asked-b", "check_in_held", "relationship/ours", {"with": ["b"], "asked_about": "experience"}, "2021-03-12"),
            line("asked-a", "check_in_held", "relationship/ours", {"with": ["a"], "asked_about": "experience"}, "2021-03-12"),
            line("amended-b", "event_amended", "relationship/ours", {"event": "said-b", "data": {"named": "friendship"}}, "2021-04-01"),
            line("amended-met", "event_amended", "relationship/ours", {"event": "met", "data": {"present": ["a"], **notes}}, "2021-04-01"),
        ]  # fmt: skip
        outcome = record(self.organisation.store, lines)
        assert not outcome.refused, outcome.refused
        self.alice = self.signed_in("alice")

    def signed_in(self, participant: str) -> dict[str, str]:
        member = self.organisation.roster.invite_participant(participant, WHO)
        token = self.organisation.tokens.made_for("participant", 60, "program", member=member.id)
        return {"Authorization": f"Bearer {token}"}

    def told(self, query: str, who: dict[str, str] | None = None, **variables: Any) -> Any:
        answer = self.served.answer(query, who or self.alice, **variables)
        assert "errors" not in answer, answer
        return answer["data"]


@pytest.fixture
def house(place: Place) -> Iterator[House]:
    with served_at(place.open(b"r" * 32, "buurtmaat", lambda: NOW)) as served:
        yield House(served)


def canaries(answer: Any) -> set[str]:
    text = json.dumps(answer)
    return {word for word in {*CANARIES.values(), "canary-others"} if f'"{word}"' in text}


def test_a_participant_sees_what_is_theirs_and_nothing_else(house: House) -> None:
    own = house.told(OWN)["own"]
    assert (own["id"], own["name"]) == ("alice", "Somebody")
    (contact,) = own["contacts"]
    assert (contact["id"], contact["handle"], contact["initiative"], contact["side"]) == ("ours", "a", "Next Door", "GIVES")
    assert [event["id"] for event in contact["events"]] == [
        "ours-match", "met", "said-a", "open-a", "asked-a", "settled-a", "amended-met",
    ]  # fmt: skip
    assert canaries(own) == THEIRS
    assert not words(own) & {"bram", "carla", "others", "said-b", "said-c", "amended-b", "help", "eased-b", "tense-b", "t1", "asked-b"}


def test_what_comes_after_they_left_is_not_theirs(house: House) -> None:
    more = [
        *person("eva"),
        line("joins", "member_joined", "relationship/ours", {"handle": "c", "participant": "eva", "roles": ["volunteer"]}, "2021-05-01"),
        line("leaves", "member_left", "relationship/ours", {"handle": "a"}, "2021-06-01"),
        line("later", "meeting_held", "relationship/ours", {"present": ["b", "c"], "place": "home:b"}, "2021-07-01"),
    ]
    outcome = record(house.organisation.store, more)
    assert not outcome.refused, outcome.refused
    (contact,) = house.told(OWN)["own"]["contacts"]
    assert contact["left"] == "2021-06-01"
    assert [event["id"] for event in contact["events"]][-2:] == ["joins", "leaves"]
    assert "home:b" not in words(contact)


def test_what_they_do_not_see_is_there_to_be_seen(house: House) -> None:
    """The control: a coordinator of all of it is shown each of these words."""
    seen = house.served.answer("{ events { nodes { data } } }")
    assert canaries(seen) == {*CANARIES.values(), "canary-others"}


def test_the_other_one_sees_the_other_half(house: House) -> None:
    own = house.told(OWN, house.signed_in("bram"))["own"]
    assert canaries(own) == {"canary-bram", "canary-said-bram", "canary-others"}
    assert {contact["id"] for contact in own["contacts"]} == {"ours", "others"}


def test_all_of_it_can_be_taken_along(house: House) -> None:
    everything = house.told("{ own { everything } }")["own"]["everything"]
    assert canaries(everything) == THEIRS
    assert [event["id"] for event in everything["registrations"]] == ["alice-registered", "alice-consent"]
    assert json.loads(json.dumps(everything)) == everything


def test_who_looked_is_told_and_to_look_at_ones_own_leads_nobody_to_a_contact(house: House) -> None:
    house.served.answer('{ relationship(id: "ours") { history { data } } }')
    house.told(OWN)
    nodes = house.told("{ own { accessLog { nodes { by role action place kinds } } } }")["own"]["accessLog"]["nodes"]
    assert ("token/tester", "relationship/ours") in {(node["by"], node["place"]) for node in nodes}
    mine = [node for node in nodes if node["role"] == "participant"]
    assert {node["by"] for node in mine} == {"participant"}
    assert {node["place"] for node in mine} <= {"participant/alice", "relationship/ours"}


@pytest.mark.parametrize(
    "query",
    [
        '{ relationship(id: "ours") { id } }',
        "{ relationships { nodes { id } } }",
        '{ participant(id: "alice") { id } }',
        "{ events { nodes { id } } }",
        "{ moves { nodes { at } } }",
        "{ audit { checkpoint } }",
        "{ organisation { id } }",
        "{ grants { id } }",
        'mutation { recordMeetingHeld(input: {relationship: "ours", occurred: "2021-05-01", data: {present: ["a", "b"]}}) { position } }',
        'mutation { eraseParticipant(participant: "alice") { state } }',
        'mutation { withdrawConsent(participant: "bram", scope: RECORD) { position } }',
        'mutation { inviteParticipant(participant: "bram") { path } }',
    ],
)
def test_nothing_else_can_be_asked(house: House, query: str) -> None:
    codes = {error["extensions"]["code"] for error in house.served.answer(query, house.alice)["errors"]}
    assert codes == {"FORBIDDEN"}
    assert house.served.client.get("/events", headers=house.alice).status_code == 403


def test_nobody_else_has_something_of_their_own(house: House) -> None:
    for query in ("{ own { id } }", "mutation { withdrawMine(scope: RECORD) { position } }", "mutation { eraseMine { state } }"):
        assert {error["extensions"]["code"] for error in house.served.answer(query)["errors"]} == {"FORBIDDEN"}


def test_a_consent_is_withdrawn_by_whom_it_was_given(house: House) -> None:
    told = house.told("mutation { withdrawMine(scope: RECORD) { recorded } }")
    assert told == {"withdrawMine": {"recorded": 1}}
    assert house.told("{ own { consents { scope withdrawn } } }")["own"]["consents"] == [{"scope": "RECORD", "withdrawn": "2026-01-31"}]
    (event,) = house.served.ask('{ events(first: 1, filter: {types: ["consent_withdrawn"]}) { nodes { subject recordedBy } } }')["events"][
        "nodes"
    ]
    assert event == {"subject": "participant/alice", "recordedBy": "participant/alice"}
    again = house.served.answer("mutation { withdrawMine(scope: RECORD) { recorded } }", house.alice)
    assert again["errors"][0]["extensions"]["code"] == "RULE_BROKEN"


def test_under_all_ids_that_were_joined(house: House) -> None:
    more = [
        *person("alice2"),
        match("second", "alice2", "carla", "buddies"),
        line("joined", "participants_joined", "participant/alice", {"participant": "alice2"}),
    ]
    assert not record(house.organisation.store, more).refused
    assert {contact["id"] for contact in house.told("{ own { contacts { id } } }")["own"]["contacts"]} == {"ours", "second"}
    assert house.told("mutation { withdrawMine(scope: RECORD) { recorded } }") == {"withdrawMine": {"recorded": 2}}


def test_whoever_has_themselves_erased_is_gone_and_so_is_their_entry(house: House) -> None:
    assert house.told("mutation { eraseMine { state } }") == {"eraseMine": {"state": "erased"}}
    assert house.served.client.post("/graphql", json={"query": OWN}, headers=house.alice).status_code == 401
    assert house.organisation.roster.knows("alice") == 0
    assert [member for member in house.organisation.roster.all() if member.role == "participant"] == []
    rest = house.told(OWN, house.signed_in("bram"))["own"]
    assert canaries(rest) == {"canary-bram", "canary-said-bram", "canary-others"}
