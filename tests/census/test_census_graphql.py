"""The census over GraphQL: numbers for whoever may see numbers, with what is hidden marked, and told again when it changes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from live import live
from sent_lines import person, record
from served import Served, served

from census.neighbourhood import pair, settle
from domain.model.roles import ROLES, Reach, Role
from domain.store.accesses import Viewer

ASKED = """{ census {
  lens fewest rule number
  states(by: INITIATIVE, every: YEAR) { row period phase kind count hidden }
  all: states { row period phase kind count hidden }
  moves(by: KIND) { row period was now count hidden }
  months: moves(every: MONTH) { row period was now count hidden }
  times { phase weeks atRisk came waiting hidden }
} }"""
WATCHED = "subscription { census { __typename ... on Census { number all: states { count } } ... on Heartbeat { position } } }"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as house:
        settle(house.organisation.store)
        yield house


def shown(house: Served, role: Role, query: str = ASKED) -> Any:
    reach = {"researcher": Reach(project="p"), "participant": Reach(participant="home0-1-anna")}.get(role, Reach())
    if reach.project is not None and not house.organisation.projects.all():
        house.organisation.projects.create(reach.project, "To learn.", Viewer("command-line/tester", "operator"))
    token = house.organisation.tokens.create(role, reach=reach)
    return house.answer(query, {"Authorization": f"Bearer {token}"})


def test_columns_have_one_length_and_what_is_hidden_is_null_and_marked(house: Served) -> None:
    census = house.ask(ASKED)["census"]
    assert (census["lens"], census["fewest"]) == ("evidence", 10)
    for table in ("states", "all", "moves", "months"):
        columns = list(census[table].values())
        assert len({len(column) for column in columns}) == 1
        assert census[table]["hidden"] == [count is None for count in census[table]["count"]]
    assert any(count is not None for count in census["all"]["count"])
    assert all(one["hidden"] == (one["came"] is None) for one in census["times"])
    assert [one["phase"] for one in census["times"]] == ["HELP", "FRIENDSHIP", "AMBIGUITY", "ENDED", None]


def test_a_period_is_named_as_it_is_in_the_calendar_and_stands_as_it_began(house: Served) -> None:
    asked = "{ census { y: states(every: YEAR) { period count } q: states(every: QUARTER) { period count } m: states { period count } } }"
    found = house.ask(asked)["census"]
    starts = [dict(zip(table["period"][::-1], table["count"][::-1], strict=True)) for table in found.values()]
    assert [sorted(each)[-1] for each in starts] == ["2026", "2026-Q1", "2026-01"]
    assert len({each[max(each)] for each in starts}) == 1


@pytest.mark.parametrize("role", ROLES)
def test_everybody_but_participants_is_told_the_same(house: Served, role: Role) -> None:
    answer = shown(house, role)
    if role == "participant":
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    else:
        assert answer["data"] == shown(house, "dashboard")["data"]


def test_tables_are_asked_for_within_what_a_query_may_cost(house: Served) -> None:
    table = "states { row period phase kind count hidden }"
    assert len(house.ask(f"{{ census {{ {' '.join(f't{number}: {table}' for number in range(10))} }} }}")["census"]) == 10
    refused = house.refusal(f"{{ census {{ {' '.join(f't{number}: {table}' for number in range(29))} }} }}")
    assert refused["code"] == "TOO_COSTLY"


def test_months_are_not_told_of_some(house: Served) -> None:
    assert house.refusal("{ census { moves(by: KIND, every: MONTH) { count } } }")["code"] == "BAD_INPUT"


def test_a_subscriber_is_told_at_once_and_again_when_enough_was_added(house: Served) -> None:
    with live(house) as connection:
        connection.subscribe(WATCHED)
        first = connection.told()
        more = [raw for number in range(200, 212) for raw in pair("home0", number, "help")]
        assert not record(house.organisation.store, more).refused
        house.organisation.census.go_on()
        # It is looked again at once when something is recorded, and else after a minute.
        assert not record(house.organisation.store, person("zoe")).refused
        while (told := connection.told())["__typename"] == "Heartbeat":
            pass
        assert told["number"] > first["number"]


def test_who_may_not_see_numbers_is_told_of_no_change_of_them_either(house: Served) -> None:
    token = house.organisation.tokens.create("participant", reach=Reach(participant="home0-1-anna"))
    with live(house, token) as connection:
        connection.subscribe(WATCHED)
        message = connection.message()
        assert message["type"] == "error" or message["payload"]["errors"]
