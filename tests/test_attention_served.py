"""What asks for a look is told over GraphQL to whoever looks after the contact, and to nobody else."""

import json
from pathlib import Path
from typing import Any

import pytest
from sent_lines import initiative, line, match, person, record
from served import Served, served
from test_scopes import House, house

from domain.model.roles import Reach, Role
from domain.store.accesses import entries

__all__ = ["house"]
QUERY = "{ attention { nodes { relationship { id } kind since until event { id type } } pageInfo { hasNextPage endCursor } } }"


def tension(id: str, relationship: str) -> bytes:
    data = {"tension": f"t-{id}", "kind": "strain"}
    return line(id, "tension_felt", f"relationship/{relationship}", data, "2021-02-01", perspective="a")


def told(house: House, who: dict[str, str], query: str = QUERY) -> set[tuple[str, str]]:
    nodes = house.ask(who, query)["data"]["attention"]["nodes"]
    return {(one["relationship"]["id"], one["kind"]) for one in nodes}


OURS, THEIRS = ({(id, "CHECK_IN_DUE"), (id, "TENSION_STANDS")} for id in ("ours", "theirs"))


@pytest.fixture
def tense(house: House) -> House:
    assert not record(house.organisation.store, [tension("tense-ours", "ours"), tension("tense-theirs", "theirs")]).refused
    return house


def test_a_coordinator_is_asked_about_their_own_contacts(tense: House) -> None:
    assert told(tense, tense.member("anna")) == OURS
    assert told(tense, tense.member("bert")) == THEIRS
    assert told(tense, tense.program("coordinator")) == OURS | THEIRS
    assert told(tense, tense.program("coordinator", Reach(initiatives=("coffee",)))) == THEIRS


@pytest.mark.parametrize("argument", ['relationship: "%s"', 'initiative: "%s"'])
def test_of_what_is_not_theirs_they_are_told_as_of_what_is_not_there(tense: House, argument: str) -> None:
    for id in ("theirs", "coffee", "nowhere"):
        assert told(tense, tense.member("anna"), QUERY.replace("attention", f"attention({argument % id})", 1)) == set()


def test_an_appointment_holds_for_what_asks_as_well(tense: House) -> None:
    appointed = line("now-coffee", "coordinator_appointed", "initiative/coffee", {"coordinator": "anna"})
    record(tense.organisation.store, [appointed])
    assert told(tense, tense.member("anna")) == OURS | THEIRS


@pytest.mark.parametrize("role", ["auditor", "dashboard", "administrator"])
def test_nobody_is_asked_who_looks_after_nothing(tense: House, role: Role) -> None:
    assert tense.code(tense.program(role), QUERY) == "FORBIDDEN"


def test_who_may_open_something_by_a_grant_is_not_asked_to_look_after_it(tense: House) -> None:
    token = tense.organisation.tokens.made_for("auditor", 60, "grant", name="eva", reach=Reach(initiatives=("buddies",), opens=True))
    assert tense.code({"Authorization": f"Bearer {token}"}, QUERY) == "FORBIDDEN"


def test_what_asks_opens_nothing_until_the_event_itself_is_asked_for(tense: House) -> None:
    def looked() -> int:
        with tense.organisation.store.reading() as connection:
            return len(list(entries(connection, None, ["relationship/ours"])))

    anna = tense.member("anna")
    before = looked()
    assert told(tense, anna) == OURS
    assert looked() == before
    told(tense, anna, QUERY.replace("id type", "id type data"))
    assert looked() == before + 1


def test_many_contacts_are_asked_about_at_once(tmp_path: Path) -> None:
    def statements(found: Served, first: int) -> int:
        found.organisation.runner.catch_up()
        with found.statements() as seen:
            nodes = found.ask(QUERY.replace("attention", f"attention(first: {first})", 1))["attention"]["nodes"]
        assert len(nodes) == first
        assert sum("FROM attention" in one for one in seen) == 1
        return len(seen)

    with served(tmp_path) as found:
        found.record(_contacts(30))
        assert statements(found, 30) == statements(found, 3)


def _contacts(count: int) -> list[dict[str, Any]]:
    lines = [initiative()]
    for number in range(count):
        lines += [*person(f"a{number}"), *person(f"b{number}"), match(f"r{number}", f"a{number}", f"b{number}")]
    return [json.loads(one) for one in lines]


@pytest.mark.parametrize("after", ["nowhere", "WzEsInIiXQ"])
def test_a_cursor_of_elsewhere_is_refused(house: House, after: str) -> None:
    assert house.code(house.member("anna"), QUERY.replace("attention", f'attention(after: "{after}")', 1)) == "BAD_INPUT"


def test_pages_follow_each_other(tense: House) -> None:
    who, found, after = tense.program("coordinator"), [], "null"
    for _ in range(4):
        page = tense.ask(who, QUERY.replace("attention", f"attention(first: 1, after: {after})", 1))["data"]["attention"]
        found += [(one["relationship"]["id"], one["kind"]) for one in page["nodes"]]
        after = f'"{page["pageInfo"]["endCursor"]}"'
    assert not page["pageInfo"]["hasNextPage"]
    # Those of the fifteenth of February before those of the first of April.
    assert found == [("ours", "TENSION_STANDS"), ("theirs", "TENSION_STANDS"), ("ours", "CHECK_IN_DUE"), ("theirs", "CHECK_IN_DUE")]
