"""Administrators look after members, and open nothing; by two of them an auditor opens something, for some hours, and no further."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from everything import ADMINISTERED
from sent_lines import Clock
from served import Served, served_at
from store_places import Place
from test_scopes import FOREIGN, WHO, House, words

from domain.model.time import HOUR
from domain.store.accesses import entries

INVITE = """mutation($input: MemberInput!) { inviteMember(input: $input) { path member { id role initiatives invitedBy } } }"""
OPENED = '{ relationship(id: "ours") { history { data } reading(at: "2026-01-30") { phase } } relationships { nodes { id } } }'


class Administered(House):
    """The same organisation with two administrators and an auditor who signed in."""

    def __init__(self, served: Served) -> None:
        super().__init__(served)
        for id, role in (("ada", "administrator"), ("bob", "administrator"), ("aud", "auditor"), ("other", "auditor")):
            self.organisation.roster.invite(id, role, WHO)  # type: ignore[arg-type]
            self.organisation.roster.joins(id)

    def member(self, id: str) -> dict[str, str]:
        token = self.organisation.tokens.made_for(self.organisation.roster.of(id).role, 6_000, "program", member=id)
        return {"Authorization": f"Bearer {token}"}

    def told(self, who: dict[str, str], query: str, **variables: Any) -> Any:
        answer = self.ask(who, query, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    def rule(self, who: dict[str, str], query: str, **variables: Any) -> str:
        (error,) = self.ask(who, query, **variables)["errors"]
        return str(error["message"])


@pytest.fixture
def house(place: Place, clock: Clock) -> Iterator[Administered]:
    with served_at(place.open(b"r" * 32, "buurtmaat", clock)) as served:
        yield Administered(served)


def changes(house: Administered) -> list[tuple[str, str, tuple[str, ...]]]:
    with house.organisation.store.reading() as connection:
        return [(e.by, e.place, e.kinds) for e in entries(connection, None, None) if e.action == "changed"]


def test_a_member_is_invited_appointed_and_comes_in_by_the_link(house: Administered) -> None:
    ada = house.member("ada")
    found = house.told(ada, INVITE, input={"id": "carol", "role": "coordinator", "initiatives": ["coffee"]})["inviteMember"]
    assert found["member"] == {"id": "carol", "role": "coordinator", "initiatives": ["coffee"], "invitedBy": "member/ada"}
    link = found["path"].removeprefix("/sign-in#")
    token = house.organisation.tokens.redeem(link)
    assert token is not None
    assert token.member == "carol"
    assert house.told(house.member("carol"), "{ relationships { nodes { id } } }") == {"relationships": {"nodes": [{"id": "theirs"}]}}
    assert changes(house)[:2] == [("member/ada", "member/carol", ("appointed",)), ("member/ada", "member/carol", ("invited",))]
    (event,) = house.told(
        house.program("coordinator"), '{ events(filter: {types: ["coordinator_appointed"]}, first: 1) { nodes { recordedBy } } }'
    )["events"]["nodes"]
    assert event == {"recordedBy": "system/ada"}


def test_of_a_refused_invitation_nothing_is_kept(house: Administered) -> None:
    ada = house.member("ada")
    before = house.told(ada, "{ organisation { members { id } } }")
    for asked in (
        {"id": "carol", "role": "coordinator", "initiatives": ["coffee", "nowhere"]},
        {"id": "carol", "role": "auditor", "initiatives": ["coffee"]},
        {"id": "carol", "role": "king"},
        {"id": "ca rol", "role": "auditor"},
        {"id": "anna", "role": "auditor"},
        {"id": "carol", "role": "participant"},
    ):
        assert house.ask(ada, INVITE, input=asked)["errors"][0]["extensions"]["code"] in ("BAD_INPUT", "NOT_FOUND", "CONFLICT"), asked
    assert house.told(ada, "{ organisation { members { id } } }") == before


def test_a_coordinator_who_leaves_is_released_and_out_at_once(house: Administered) -> None:
    ada, anna = house.member("ada"), house.member("anna")
    house.told(anna, "{ lenses { name } }")
    assert house.told(ada, 'mutation { memberLeaves(id: "anna") }') == {"memberLeaves": True}
    assert house.served.client.post("/graphql", json={"query": "{ lenses { name } }"}, headers=anna).status_code == 401
    assert house.organisation.membership.initiatives_of("anna") == []


def test_nobody_is_another_administrator_by_a_new_link(house: Administered) -> None:
    house.organisation.roster.invite("new", "administrator", WHO)
    for id in ("new", "bob", "anna"):
        if id == "anna":
            house.organisation.roster.joins(id)
        assert house.code(house.member("ada"), f'mutation {{ renewLink(id: "{id}") {{ path }} }}') == "FORBIDDEN"


def test_the_last_administrator_stays(house: Administered) -> None:
    ada, bob = house.member("ada"), house.member("bob")
    house.told(ada, 'mutation { memberLeaves(id: "bob") }')
    assert "last administrator" in house.rule(ada, 'mutation { memberLeaves(id: "ada") }')
    assert house.served.client.post("/graphql", json={"query": "{ lenses { name } }"}, headers=bob).status_code == 401


def test_a_coordinator_is_appointed_and_released(house: Administered) -> None:
    ada, anna = house.member("ada"), house.member("anna")
    query = '{ relationship(id: "theirs") { id } }'
    change = 'mutation { %s(id: "anna", initiatives: ["coffee"]) { initiatives } }'
    told = house.told(ada, change % "appointCoordinator")
    assert told == {"appointCoordinator": {"initiatives": ["buddies", "coffee"]}}
    assert house.told(anna, query)["relationship"] is not None
    house.told(ada, change % "appointCoordinator")
    house.told(ada, change % "releaseCoordinator")
    assert house.told(anna, query)["relationship"] is None
    assert "was not appointed" in house.rule(ada, change % "releaseCoordinator")
    assert "no coordinator" in house.rule(ada, 'mutation { appointCoordinator(id: "aud", initiatives: ["coffee"]) { id } }')


@pytest.mark.parametrize("who", ["anna", "aud"])
@pytest.mark.parametrize(
    "query",
    [
        "{ organisation { members { id } } }",
        'mutation { inviteMember(input: {id: "x", role: "auditor"}) { path } }',
        'mutation { renewLink(id: "ada") { path } }',
        'mutation { memberLeaves(id: "bob") }',
        'mutation { appointCoordinator(id: "anna", initiatives: ["coffee"]) { id } }',
        'mutation { releaseCoordinator(id: "bert", initiatives: ["coffee"]) { id } }',
        'mutation { createToken(input: {role: "coordinator"}) { token } }',
        'mutation { revokeToken(id: "x") }',
        'mutation { allowOpening(id: "x") { id } }',
    ],
)
def test_nobody_else_looks_after_members(house: Administered, who: str, query: str) -> None:
    assert house.code(house.member(who), query) == "FORBIDDEN"


def test_an_administrator_sees_members_tokens_and_the_states_of_keys(house: Administered) -> None:
    found = house.told(house.member("ada"), ADMINISTERED)
    assert {one["id"] for one in found["organisation"]["members"]} == {"ada", "bob", "aud", "other", "anna", "bert"}
    assert found["organisation"]["keys"] == [{"state": "active", "participants": 5}]
    assert not words(found) & {"Somebody", "A secret.", "alice"}


def test_a_token_is_made_told_once_and_revoked(house: Administered) -> None:
    ada = house.member("ada")
    made = house.told(ada, 'mutation { createToken(input: {role: "auditor", name: "yearly", days: 3}) { token } }')["createToken"]["token"]
    who = {"Authorization": f"Bearer {made}"}
    assert house.told(who, "{ audit { checkpoint } }")
    (token,) = [one for one in house.organisation.tokens.list() if one.name == "yearly"]
    house.told(ada, f'mutation {{ revokeToken(id: "{token.id}") }}')
    assert house.served.client.post("/graphql", json={"query": "{ audit { checkpoint } }"}, headers=who).status_code == 401
    assert house.code(ada, 'mutation { revokeToken(id: "none") }') == "NOT_FOUND"


def test_a_research_project_is_begun_and_closed(house: Administered) -> None:
    ada = house.member("ada")
    begin = 'mutation { beginProject(input: {id: "study", purpose: "To learn.", since: "2021-01-01"}) { id since madeBy closed } }'
    assert house.told(ada, begin) == {"beginProject": {"id": "study", "since": "2021-01-01", "madeBy": "member/ada", "closed": None}}
    assert house.told(ada, INVITE, input={"id": "rita", "role": "researcher", "project": "study"})
    rita = house.member("rita")
    assert house.told(rita, "{ research { project { id withheld } } }")["research"]["project"]["id"] == "study"
    assert house.told(ada, 'mutation { closeProject(id: "study") }') == {"closeProject": True}
    assert "errors" in house.ask(rita, "{ research { project { id } } }")
    assert house.ask(ada, begin)["errors"][0]["extensions"]["code"] == "CONFLICT"
    assert house.code(house.member("anna"), begin) == "FORBIDDEN"


# Opening by a grant


ASK = """mutation($input: GrantInput!) { askToOpen(input: $input) { id allowedBy until holds } }"""
WANTED = {"relationships": ["ours"], "why": "A complaint about the third of May.", "hours": 2}


def asked(house: Administered, **wanted: Any) -> str:
    return str(house.told(house.member("aud"), ASK, input=wanted or WANTED)["askToOpen"]["id"])


def allow(house: Administered, who: str, id: str) -> Any:
    return house.ask(house.member(who), "mutation($id: ID!) { allowOpening(id: $id) { allowedBy holds } }", id=id)


def opener(house: Administered, id: str, who: str = "aud") -> Any:
    return house.ask(house.member(who), "mutation($id: ID!) { openGranted(id: $id) { token } }", id=id)


def granted(house: Administered, **wanted: Any) -> dict[str, str]:
    id = asked(house, **wanted)
    for who in ("ada", "bob"):
        assert "errors" not in allow(house, who, id)
    return {"Authorization": f"Bearer {opener(house, id)['data']['openGranted']['token']}"}


def test_what_two_administrators_allow_an_auditor_opens_and_nothing_beside_it(house: Administered) -> None:
    who = granted(house)
    told = house.told(who, OPENED)
    assert {"A secret.", "friendship", "alice", "bram"} <= words(told)
    assert told["relationships"]["nodes"] == [{"id": "ours"}]
    assert house.told(who, '{ theirs: relationship(id: "theirs") { id } }') == {"theirs": None}
    assert not words(house.told(who, "{ events { nodes { id data } } }")) & FOREIGN
    assert house.code(who, 'mutation { eraseParticipant(participant: "alice") { state } }') == "FORBIDDEN"


def test_an_initiative_is_opened_as_a_whole(house: Administered) -> None:
    who = granted(house, initiatives=["coffee"], why="A yearly look.")
    assert house.told(who, "{ relationships { nodes { id } } }") == {"relationships": {"nodes": [{"id": "theirs"}]}}
    assert house.told(who, '{ relationship(id: "ours") { id } }') == {"relationship": None}


def test_one_administrator_is_not_enough_and_is_one_however_often(house: Administered) -> None:
    id = asked(house)
    assert opener(house, id)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert allow(house, "ada", id)["data"]["allowOpening"] == {"allowedBy": ["ada"], "holds": False}
    assert allow(house, "ada", id)["errors"][0]["extensions"]["code"] == "CONFLICT"
    assert opener(house, id)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert allow(house, "bob", id)["data"]["allowOpening"] == {"allowedBy": ["ada", "bob"], "holds": True}
    assert allow(house, "ada", id)["errors"][0]["extensions"]["code"] == "CONFLICT"


def test_a_program_neither_asks_nor_allows(house: Administered) -> None:
    id = asked(house)
    assert house.code(house.program("auditor"), ASK, input=WANTED) == "FORBIDDEN"
    assert house.code(house.program("administrator"), f'mutation {{ allowOpening(id: "{id}") {{ id }} }}') == "FORBIDDEN"


def test_what_was_opened_shuts_when_its_hours_are_over(house: Administered, clock: Clock) -> None:
    who = granted(house)
    clock.now += 2 * HOUR - 1
    house.told(who, OPENED)
    clock.now += 1
    assert house.served.client.post("/graphql", json={"query": OPENED}, headers=who).status_code == 401


def test_what_is_ended_shuts_at_once_and_is_not_opened_again(house: Administered) -> None:
    id = asked(house)
    for administrator in ("ada", "bob"):
        allow(house, administrator, id)
    who = {"Authorization": f"Bearer {opener(house, id)['data']['openGranted']['token']}"}
    house.told(house.member("ada"), f'mutation {{ endOpening(id: "{id}") {{ holds }} }}')
    assert house.served.client.post("/graphql", json={"query": OPENED}, headers=who).status_code == 401
    assert opener(house, id)["errors"][0]["extensions"]["code"] == "CONFLICT"


def test_a_grant_is_of_whoever_asked(house: Administered) -> None:
    id = asked(house)
    for administrator in ("ada", "bob"):
        allow(house, administrator, id)
    assert json.dumps(opener(house, id, "other")).replace(id, "…") == json.dumps(opener(house, "nothing", "other")).replace("nothing", "…")
    assert house.told(house.member("other"), "{ grants { id } }") == {"grants": []}
    assert house.code(house.member("other"), f'mutation {{ endOpening(id: "{id}") {{ id }} }}') == "NOT_FOUND"


def test_what_is_not_there_is_not_asked_for(house: Administered) -> None:
    aud = house.member("aud")
    for wanted, code in (
        ({"relationships": ["nowhere"], "why": "x"}, "NOT_FOUND"),
        ({"why": "x"}, "BAD_INPUT"),
        ({"relationships": ["ours"], "why": ""}, "BAD_INPUT"),
        ({"relationships": ["ours"], "why": "x", "hours": 0}, "BAD_INPUT"),
        ({"relationships": ["ours"], "why": "x", "hours": 169}, "BAD_INPUT"),
    ):
        assert house.code(aud, ASK, input=wanted) == code


def test_all_of_it_stands_in_the_access_log(house: Administered) -> None:
    who = granted(house)
    house.told(who, OPENED)
    assert [(by, kinds) for by, place, kinds in changes(house) if place.startswith("grant/")] == [
        ("member/aud", ("grant_opened",)), ("member/bob", ("grant_given",)), ("member/ada", ("grant_given",)),
        ("member/aud", ("grant_asked",)),
    ]  # fmt: skip
    with house.organisation.store.reading() as connection:
        (look,) = [e for e in entries(connection, None, ["relationship/ours"]) if e.action == "read"]
    assert (look.by, look.role, look.kinds) == ("member/aud", "auditor", ("members", "notes", "voices"))


def test_whoever_is_no_auditor_any_more_opens_nothing(house: Administered) -> None:
    who = granted(house)
    house.told(house.member("ada"), 'mutation { memberLeaves(id: "aud") }')
    assert house.served.client.post("/graphql", json={"query": OPENED}, headers=who).status_code == 401
