"""Everybody sees what their role and reach let them see, whichever way they ask, and is told the same of what is not theirs as of what is
not there.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from live import EVENTS, MOVES, live
from sent_lines import account, initiative, line, match, meeting, note, person, record
from served import NOW, Served, served_at
from store_places import Place

from api.context import scope_of
from domain.model.roles import Reach, Role
from domain.store.accesses import Viewer, entries

WHO = Viewer("command-line/jansen", "operator")
FOREIGN = {"carla", "dirk", "coffee", "theirs", "m-theirs", "said-theirs"}
"""All of which Anna, who coordinates `buddies`, may learn nothing."""


def appointed(coordinator: str, home: str) -> bytes:
    return line(f"{coordinator}-{home}", "coordinator_appointed", f"initiative/{home}", {"coordinator": coordinator})


class House:
    """An organisation with two initiatives, a coordinator in each, and whoever else asks."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.organisation = served.organisation
        lines = [
            *(initiative(home) for home in ("buddies", "coffee")),
            *(appointed(*pair) for pair in (("anna", "buddies"), ("bert", "coffee"))),
            *(one for id in ("alice", "bram", "carla", "dirk", "nobodys") for one in person(id)),
            match("ours", "alice", "bram", "buddies"), match("theirs", "carla", "dirk", "coffee"),
            *(meeting(f"m-{id}", id, **note("A secret.", "a")) for id in ("ours", "theirs")),
            *(account(f"said-{id}", id, named="friendship") for id in ("ours", "theirs")),
        ]  # fmt: skip
        outcome = record(served.organisation.store, lines)
        assert not outcome.refused, outcome.refused
        for member in ("anna", "bert"):
            served.organisation.roster.invite(member, "coordinator", WHO)

    def member(self, id: str) -> dict[str, str]:
        """What a member sends along."""
        token = self.organisation.tokens.made_for("coordinator", 60, "program", member=id)
        return {"Authorization": f"Bearer {token}"}

    def program(self, role: Role, reach: Reach | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.organisation.tokens.create(role, reach=reach or Reach())}"}

    def ask(self, who: dict[str, str], query: str, **variables: Any) -> Any:
        return self.served.answer(query, who, **variables)

    def code(self, who: dict[str, str], query: str, **variables: Any) -> str:
        codes = {error["extensions"]["code"] for error in self.ask(who, query, **variables)["errors"]}
        assert len(codes) == 1, codes
        return codes.pop()

    def send(self, who: dict[str, str], *lines: bytes) -> Any:
        sent = [json.loads(one) for one in lines]
        return self.ask(who, "mutation($events: [JSON!]!) { recordEvents(events: $events) { recorded ids } }", events=sent)


@pytest.fixture
def house(place: Place) -> Iterator[House]:
    with served_at(place.open(b"r" * 32, "buurtmaat", lambda: NOW)) as served:
        yield House(served)


EVERYTHING = """query($day: DateTime!) {
  relationships(first: 50) { nodes { ...relationship } edges { cursor node { id } } }
  initiatives { nodes { id name relationships { nodes { id } } } }
  events { nodes { id subject data } }
  moves { nodes { relationship { id } was now at triggers { id } } }
  attention { nodes { relationship { id } kind since event { id } } }
  alice: participant(id: "alice") { id name relationships { nodes { id } } }
  carla: participant(id: "carla") { id name relationships { nodes { id } } }
}
fragment relationship on Relationship { id initiative { id } members { handle withdrawn participant { id name } } terms { from }
  history { id data } reading(at: $day) { phase because { event { id data } } } trajectory { at phase } moves { at now }
  room(at: $day) { breadth } }"""
DAY = {"day": "2026-01-30T00:00:00Z"}


def words(answer: Any) -> set[str]:
    """All texts in an answer."""
    if isinstance(answer, dict):
        return {word for value in answer.values() for word in words(value)}
    if isinstance(answer, list):
        return {word for value in answer for word in words(value)}
    return {answer.partition("/")[2] or answer} if isinstance(answer, str) else set()


def test_a_coordinator_sees_their_initiatives_and_nothing_of_the_others(house: House) -> None:
    found = house.ask(house.member("anna"), EVERYTHING, **DAY)
    assert "errors" not in found
    said = words(found["data"])
    assert {"ours", "buddies", "alice", "bram", "Somebody", "A secret.", "m-ours", "said-ours"} <= said
    assert not said & FOREIGN
    assert found["data"]["carla"] is None


@pytest.mark.parametrize("role", ["coordinator", "auditor", "researcher", "dashboard", "administrator", "participant"])
def test_whoever_is_signed_in_is_told_as_what(house: House, role: Role) -> None:
    house.send(house.program("administrator"), *person("erik"))
    reach = {"researcher": Reach(project="p"), "participant": Reach(participant="erik")}.get(role)
    token = house.organisation.tokens.made_for(role, 60, "program", "x", reach or Reach())
    found = house.ask({"Authorization": f"Bearer {token}"}, "{ viewer { role name recordedBy organisation may } }")["data"]["viewer"]
    assert (found["role"], found["name"], found["organisation"]) == (role, "x", "buurtmaat")
    assert ("record" in found["may"], "own" in found["may"]) == (role in ("coordinator", "administrator"), role == "participant")


def test_without_narrowing_all_of_it_would_be_seen(house: House) -> None:
    """The control of the test above: what it does not find is there to be found."""
    said = words(house.ask(house.program("coordinator"), EVERYTHING, **DAY)["data"])
    assert said >= FOREIGN - {"coffee"} | {"ours", "coffee"}


def test_a_coordinator_sees_pages_that_the_database_writes_in_the_same_bounds(house: House) -> None:
    query = "{ relationships { nodes { id members { handle participant { id } } initiative { id name } } } }"
    nodes = house.ask(house.member("anna"), query)["data"]["relationships"]["nodes"]
    assert [node["id"] for node in nodes] == ["ours"]
    assert {member["participant"]["id"] for member in nodes[0]["members"]} == {"alice", "bram"}
    assert house.ask(house.program("coordinator"), query)["data"]["relationships"]["nodes"][0]["id"] in ("ours", "theirs")


def test_what_was_worked_out_for_one_is_not_given_to_another(house: House) -> None:
    whole, anna, bert = house.program("coordinator"), house.member("anna"), house.member("bert")
    query = '{ relationship(id: "theirs") { id trajectory { phase } } relationships { nodes { id } } }'
    for _ in range(2):
        assert house.ask(whole, query)["data"]["relationship"] is not None
        assert house.ask(bert, query)["data"]["relationship"] is not None
        assert house.ask(anna, query)["data"] == {"relationship": None, "relationships": {"nodes": [{"id": "ours"}]}}


ASKED = [
    '{ relationship(id: "%s") { id members { handle } reading(at: "2026-01-30") { phase } trajectory { at } } }',
    '{ relationships(filter: {participant: "%s"}) { nodes { id } } }',
    '{ relationships(filter: {initiative: "%s"}) { nodes { id } } }',
    '{ participant(id: "%s") { id name joinedWith } }',
    '{ initiative(id: "%s") { id name } }',
    '{ events(filter: {relationship: "%s"}) { nodes { id } } }',
    '{ events(filter: {participant: "%s"}) { nodes { id } } }',
    '{ events(filter: {initiative: "%s"}) { nodes { id } } }',
    '{ moves(filter: {relationship: "%s"}) { nodes { at } } }',
    '{ moves(filter: {initiative: "%s"}) { nodes { at } } }',
    '{ attention(relationship: "%s") { nodes { since } } }',
    '{ attention(initiative: "%s") { nodes { since } } }',
    'mutation { putAside(relationship: "%s", kind: CHECK_IN_DUE) }',
    'mutation { askAgain(relationship: "%s", kind: CHECK_IN_DUE) }',
    'mutation { withdrawConsent(participant: "%s", scope: RECORD) { position } }',
    'mutation { eraseParticipant(participant: "%s") { state } }',
]


@pytest.mark.parametrize("asked", ASKED)
def test_what_is_not_yours_is_answered_as_what_is_not_there(house: House, asked: str) -> None:
    anna = house.member("anna")
    there = {id: json.dumps(house.ask(anna, asked % id)).replace(id, "…") for id in ("theirs", "carla", "coffee", "nowhere", "nobodys")}
    assert len(set(there.values())) == 1, there


def test_who_is_matched_elsewhere_is_seen_no_more_by_whoever_registered_them(house: House) -> None:
    anna = house.member("anna")
    house.send(anna, *person("eva"))
    query = '{ participant(id: "eva") { name } }'
    assert house.ask(anna, query)["data"]["participant"] is not None
    record(house.organisation.store, [match("elsewhere", "eva", "carla", "coffee")])
    assert house.ask(anna, query)["data"]["participant"] is None
    house.send(anna, *person("fay"))
    record(house.organisation.store, [line("over", "coordinator_released", "initiative/buddies", {"coordinator": "anna"}, "2021-02-01")])
    assert house.ask(anna, '{ participant(id: "fay") { name } }')["data"]["participant"] is None


def test_a_program_is_not_taken_for_another_of_the_same_name(house: House) -> None:
    tokens = [house.organisation.tokens.create("coordinator", 1, "sync", Reach(initiatives=(home,))) for home in ("buddies", "coffee")]
    one, other = ({"Authorization": f"Bearer {token}"} for token in tokens)
    assert "errors" not in house.send(one, *person("eva"))
    assert house.ask(other, '{ participant(id: "eva") { name } }')["data"]["participant"] is None


def test_with_whom_somebody_is_joined_is_told_of_those_who_are_seen(house: House) -> None:
    record(house.organisation.store, [line("joined", "participants_joined", "participant/alice", {"participant": "carla"})])
    anna = house.member("anna")
    told = house.ask(anna, '{ events(filter: {participant: "alice"}) { nodes { id data } } participant(id: "alice") { joinedWith } }')
    assert "errors" not in told
    assert "carla" not in words(told)
    assert "joined" in words(house.ask(house.program("coordinator"), '{ events(filter: {participant: "alice"}) { nodes { id data } } }'))


def test_a_participant_is_let_in_by_a_person_who_looks_after_all(house: House) -> None:
    invite = 'mutation { inviteParticipant(participant: "alice") { member { role } } }'
    assert house.code(house.member("anna"), invite) == "FORBIDDEN"
    assert house.code(house.program("administrator"), invite) == "FORBIDDEN"
    # Nor by a program, which an administrator can make.
    assert house.code(house.program("coordinator"), invite) == "FORBIDDEN"


def test_an_auditor_is_told_that_something_is_sealed_and_not_that_it_is_erased(house: House) -> None:
    more = [
        line("opened", "left_open", "relationship/ours", {"opening": "o", "about": "nature"}, "2021-04-01", perspective="a"),
        line("tense", "tension_felt", "relationship/ours", {"tension": "t", "kind": "strain"}, "2021-04-01", perspective="a"),
    ]
    assert not record(house.organisation.store, more).refused
    query = '{ relationship(id: "ours") { openings { about by } tensions { kind } } }'
    sealed = {"openings": [{"about": "sealed", "by": []}], "tensions": [{"kind": "sealed"}]}
    assert house.ask(house.program("auditor"), query)["data"]["relationship"] == sealed
    assert house.ask(house.member("anna"), query)["data"]["relationship"]["openings"][0]["about"] == "nature"


def test_by_the_log_of_who_looked_an_auditor_finds_nobodys_contacts(house: House) -> None:
    query = '{ audit { accessLog(participant: "carla") { nodes { place } } } }'
    assert house.code(house.program("auditor"), query) == "FORBIDDEN"


def test_what_is_counted_of_the_process_is_for_who_looks_after_it(house: House) -> None:
    for role, status in (("dashboard", 403), ("coordinator", 200), ("administrator", 200)):
        assert house.served.client.get("/metrics", headers=house.program(role)).status_code == status  # type: ignore[arg-type]


def test_who_is_not_matched_yet_is_seen_by_whoever_registered_them(house: House) -> None:
    anna, bert = house.member("anna"), house.member("bert")
    assert "errors" not in house.send(anna, *person("eva"))
    assert house.ask(anna, '{ participant(id: "eva") { name } }')["data"] == {"participant": {"name": "Somebody"}}
    assert house.ask(bert, '{ participant(id: "eva") { name } }')["data"] == {"participant": None}


def test_an_appointment_holds_from_when_it_is_recorded_until_it_ends(house: House) -> None:
    anna = house.member("anna")
    query = '{ relationship(id: "theirs") { id } }'
    assert house.ask(anna, query)["data"]["relationship"] is None
    record(house.organisation.store, [appointed("anna", "coffee")])
    assert house.ask(anna, query)["data"]["relationship"] == {"id": "theirs"}
    record(house.organisation.store, [line("over", "coordinator_released", "initiative/coffee", {"coordinator": "anna"}, "2021-02-01")])
    assert house.ask(anna, query)["data"]["relationship"] is None


def test_a_program_may_be_given_some_initiatives(house: House) -> None:
    program = house.program("coordinator", Reach(initiatives=("coffee",)))
    found = house.ask(program, EVERYTHING, **DAY)
    assert "theirs" in words(found["data"])
    assert not words(found["data"]) & {"ours", "buddies", "alice", "bram", "m-ours", "said-ours"}


# Who may look but open nothing


def test_an_auditor_sees_the_match_history_with_all_seals_shut(house: House) -> None:
    auditor = house.program("auditor")
    query = """{ relationship(id: "ours") { id startedOn members { handle withdrawn joined roles participant { id } } terms { from }
        history { id type data } openings { about } tensions { kind } } }"""
    found = house.ask(auditor, query)
    assert "errors" not in found, found
    told = found["data"]["relationship"]
    assert [member["withdrawn"] for member in told["members"]] == [False, False]
    assert [member["participant"] for member in told["members"]] == [None, None]
    assert [event["id"] for event in told["history"]] == ["ours-match", "m-ours", "said-ours"]
    assert not words(told) & {"A secret.", "Somebody", "alice", "bram", "friendship"}
    assert '{"sealed": true}' in json.dumps(told)
    assert house.ask(auditor, '{ participant(id: "alice") { name } }')["data"] == {"participant": {"name": {"sealed": True}}}


@pytest.mark.parametrize(
    "query",
    [
        '{ relationship(id: "ours") { reading(at: "2026-01-30") { phase } } }',
        '{ relationship(id: "ours") { trajectory { phase } } }',
        '{ relationship(id: "ours") { moves { at } } }',
        '{ relationship(id: "ours") { room(at: "2026-01-30") { breadth } } }',
        "{ moves { nodes { at } } }",
        "{ relationships(filter: {phase: FRIENDSHIP}) { nodes { id } } }",
        '{ relationships(filter: {participant: "alice"}) { nodes { id } } }',
        '{ events(filter: {participant: "alice"}) { nodes { id } } }',
        'mutation { recordMeetingHeld(input: {relationship: "ours", occurred: "2021-05-01", data: {present: ["a", "b"]}}) { position } }',
        'mutation { putAside(relationship: "ours", kind: CHECK_IN_DUE) }',
        'mutation { askAgain(relationship: "ours", kind: CHECK_IN_DUE) }',
        'mutation { eraseParticipant(participant: "alice") { state } }',
        'mutation { withdrawConsent(participant: "alice", scope: RECORD) { position } }',
    ],
)
def test_an_auditor_neither_reads_what_was_said_nor_records(house: House, query: str) -> None:
    answer = house.ask(house.program("auditor"), query)
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"FORBIDDEN"}, answer


@pytest.mark.parametrize("role", ["dashboard", "administrator"])
@pytest.mark.parametrize(
    "query",
    [
        '{ relationship(id: "ours") { id } }',
        "{ relationships { nodes { id } } }",
        '{ participant(id: "alice") { id } }',
        '{ initiative(id: "buddies") { id } }',
        "{ initiatives { nodes { id } } }",
        "{ events { nodes { id } } }",
        "{ moves { nodes { at } } }",
        "{ lenses { name } }",
        "{ audit { checkpoint } }",
    ],
)
def test_who_has_numbers_or_settings_only_sees_no_contact(house: House, role: Role, query: str) -> None:
    assert house.code(house.program(role), query) == "FORBIDDEN"


# What is told as it happens, and line by line


def test_the_feed_of_a_coordinator_holds_what_is_theirs(house: House) -> None:
    token = house.member("anna")["Authorization"].removeprefix("Bearer ")
    with live(house.served, token) as one:
        one.subscribe(EVENTS)
        told = one.until_caught_up()
        assert {said["event"]["id"] for said in told[:-1]} == {
            "buddies-registered", "anna-buddies", "alice-registered", "alice-consent", "bram-registered", "bram-consent", "ours-match",
            "m-ours", "said-ours",
        }  # fmt: skip
        record(house.organisation.store, [meeting("their-next", "theirs", "2021-05-01"), meeting("our-next", "ours", "2021-05-01")])
        house.organisation.runner.catch_up()
        assert one.told()["event"]["id"] == "our-next"


def test_moves_are_told_within_the_same_bounds(house: House) -> None:
    token = house.member("anna")["Authorization"].removeprefix("Bearer ")
    with live(house.served, token) as one:
        one.subscribe(MOVES)
        told = one.until_caught_up()
        assert {said["move"]["relationship"]["id"] for said in told[:-1]} == {"ours"}


def test_whoever_is_released_is_told_nothing_more(house: House) -> None:
    token = house.member("anna")["Authorization"].removeprefix("Bearer ")
    with live(house.served, token) as one:
        one.subscribe(EVENTS)
        one.until_caught_up()
        record(
            house.organisation.store, [line("over", "coordinator_released", "initiative/buddies", {"coordinator": "anna"}, "2021-02-01")]
        )
        record(house.organisation.store, [meeting("later", "ours", "2021-05-01"), *person("eva")])
        record(house.organisation.store, [appointed("anna", "coffee")])
        house.organisation.runner.catch_up()
        assert one.told()["event"]["id"] == "anna-coffee"


def test_who_sees_all_is_told_from_one_reading_with_others_who_do(house: House) -> None:
    tokens = [house.organisation.tokens.create(name=name) for name in ("one", "two")]
    scopes = {scope_of(house.organisation, token) for text in tokens if (token := house.organisation.tokens.check(text, NOW))}
    assert len(scopes) == 1


def test_lines_are_narrowed_and_stay_shut_as_answers_are(house: House) -> None:
    def lines(who: dict[str, str]) -> list[Any]:
        answer = house.served.client.get("/events", headers=who)
        assert answer.status_code == 200, answer.text
        return [json.loads(one) for one in answer.text.splitlines()]

    assert not words(lines(house.member("anna"))) & FOREIGN
    assert {one["id"] for one in lines(house.member("anna"))} >= {"m-ours", "said-ours"}
    shut = lines(house.program("auditor"))
    assert len(shut) == len(lines(house.program("coordinator")))
    assert not words(shut) & {"A secret.", "Somebody", "friendship"}
    assert house.served.client.get("/events", headers=house.program("dashboard")).status_code == 403


def test_refusals_stand_in_the_access_log_and_say_nothing_of_what_was_asked(house: House) -> None:
    house.code(house.program("dashboard"), '{ relationship(id: "ours") { id } }')
    assert house.served.client.get("/events", headers={"Authorization": "Bearer tr_nothing"}).status_code == 401
    with house.organisation.store.reading() as connection:
        found = [(e.role, e.place, e.kinds) for e in entries(connection, None, ["nowhere"])]
    assert found == [("nobody", "nowhere", ("unauthenticated",)), ("dashboard", "nowhere", ("forbidden",))]


UNNARROWED = {"followers.py", "organisation.py", "own.py", "own_pages.py", "projects.py", "wakeups.py"}
"""Where the api asks of all there is: whether a place is there, who is appointed, what is a participant's own, which lenses
there are, and how far it all is."""


def test_the_api_asks_the_read_models_within_a_scope() -> None:
    api = Path(__file__).parent.parent / "api"
    asking = {path.name for path in api.rglob("*.py") if re.search(r"organisation\.questions(?!\.within\()", path.read_text())}
    assert asking == UNNARROWED
