"""A question costs what it asks for: no more statements for more rows, and one that is too large is refused before it is looked at."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from graphql import get_introspection_query
from sent_lines import account
from served import CONNECTIONS, Served, served

from api.limits import KEPT, KEPT_LENGTH, Valid

ROWS = """query($first: Int) { relationships(first: $first) { nodes {
    initiative { name } members { handle participant { name consents { scope } } } terms { from } agreements { id } reversals { id }
    openings { id } tensions { id } reading(at: "2022-01-01") { phase because { event { id } } }
    trajectory(to: "2022-01-01", stepDays: 30) { phase } history { id amended } moves { at relationship { id } }
    room(at: "2022-01-01") { breadth }
} } }"""


def fifty() -> list[dict[str, Any]]:
    """Fifty matches alike, each with an initiative and two members of its own, a meeting and an account."""

    def event(type: str, subject: str, data: dict[str, Any], on: str = "2021-01-01", **more: str) -> dict[str, Any]:
        number = len(events)
        made = {"specversion": "1.0", "id": f"e{number}", "source": "urn:test", "type": f"tussenruimte.{type}.v1", "subject": subject}
        return {**made, "occurred": on, "data": data, **more}

    events: list[dict[str, Any]] = []
    home = {"name": "Home", "kind": "buddy", "guidance": "light", "contact": "indefinite"}
    for number in range(50):
        events.append(event("initiative_registered", f"initiative/home{number}", home))
        members = []
        for handle, role in (("a", "volunteer"), ("b", "help_seeker")):
            person = f"p{number}{handle}"
            events.append(event("participant_registered", f"participant/{person}", {"name": person}))
            events.append(event("consent_given", f"participant/{person}", {"scope": "record"}))
            members.append({"handle": handle, "participant": person, "roles": [role]})
        stream = f"relationship/r{number}"
        events.append(event("match_made", stream, {"initiative": f"home{number}", "members": members}, "2021-02-01"))
        events.append(event("meeting_held", stream, {"present": ["a", "b"], "place": "public"}, "2021-03-01"))
        events.append(event("account_given", stream, {"named": "both"}, "2021-04-01", perspective="a"))
    return events


PAGES = {
    "relationships": ROWS,
    "initiatives": """query($first: Int) { initiatives(first: $first) { nodes { name
        relationships(first: 3, filter: { running: true }) { nodes { id members { handle } } } } } }""",
    "events": 'query($first: Int) { events(first: $first, filter: { types: ["meeting_held"] }) { nodes { id data amended } } }',
    "moves": """query($first: Int) { moves(first: $first) { nodes {
        was now triggers { id }
        relationship { id initiative { name } members { participant { id relationships(first: 2) { nodes { id } } } } }
    } } }""",
}


@pytest.mark.parametrize("name", PAGES)
def test_fifty_rows_of_a_page_take_no_more_statements_than_five(fifty_of_each: Served, name: str) -> None:
    query = PAGES[name]
    assert len(fifty_of_each.ask(query, first=50)[name]["nodes"]) == 50
    asked = []
    for first in (5, 50):
        # Nothing that is kept may answer.
        fifty_of_each.record([msgspec.json.decode(account(f"{name}-{first}", "r0", named="both"))])
        fifty_of_each.ask("{ lenses { name } }")
        with fifty_of_each.statements() as statements:
            fifty_of_each.ask(query, first=first)
        # Not the access log: by one statement of which SQLite counts the rows, and only where there is something that was opened.
        asked.append(sum("accesses" not in one and one not in ("BEGIN IMMEDIATE", "COMMIT") for one in statements))
    assert asked[0] >= 5
    assert asked[0] == asked[1]


@pytest.fixture(scope="module")
def fifty_of_each(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    # So few threads that every connection they use is one that is watched.
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("api.app.THREADS", CONNECTIONS // 2)
        with served(tmp_path_factory.mktemp("fifty")) as house:
            house.record(fifty())
            yield house


def nested(depth: int) -> str:
    """Fields inside one another, `depth` of them."""
    names = ["initiative", "relationships(first: 1)", "nodes"] * depth
    between = names[: depth - 2]
    return '{ relationship(id: "lars") ' + "".join(f"{{ {name} " for name in between) + "{ id }" + " }" * len(between) + " }"


def aliased(aliases: int) -> str:
    return "{ lenses { name } " + " ".join(f"a{number}: lenses {{ name }}" for number in range(aliases)) + " }"


def of_tokens(tokens: int) -> str:
    """A query of exactly so many tokens: all but 19 of them are values of one token each."""
    return "{ events(filter: {types: [" + '"settled" ' * (tokens - 19) + "]}) { nodes { id } } }"


def test_a_query_may_be_as_deep_as_the_limit(house: Served) -> None:
    assert house.ask(nested(15))["relationship"]["initiative"]
    refusal = house.refusal(nested(16))
    assert refusal["code"] == "TOO_COSTLY"
    assert "15 fields deep" in refusal["rule"]


def test_a_query_may_have_as_many_aliases_as_the_limit(house: Served) -> None:
    assert len(house.ask(aliased(30))) == 31
    assert house.refusal(aliased(31))["code"] == "TOO_COSTLY"


def test_a_query_may_have_as_many_tokens_as_the_limit(house: Served) -> None:
    assert house.ask(of_tokens(2_000))["events"]["nodes"]
    assert house.refusal(of_tokens(2_001))["code"] == "TOO_COSTLY"


def test_fragments_count_as_often_as_they_are_used(house: Served) -> None:
    doubling = " ".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(60))
    assert house.refusal(f"{{ ...f0 }} {doubling} fragment f60 on Query {{ a: lenses {{ name }} }}")["code"] == "TOO_COSTLY"
    chained = " ".join(f"fragment g{n} on Initiative {{ relationships {{ nodes {{ initiative {{ ...g{n + 1} }} }} }} }}" for n in range(5))
    assert house.refusal(f'{{ initiative(id: "x") {{ ...g0 }} }} {chained} fragment g5 on Initiative {{ id }}')["code"] == "TOO_COSTLY"


@pytest.mark.parametrize(
    "query",
    [
        "{ ...f } fragment f on Query { ...f }",
        "{ ...nowhere }",
        "{ relationships(first: [" + "[" * 900 + "]" * 900 + "]) { nodes { id } } }",
        "{ a " * 600 + "}" * 600,
    ],
    ids=["a fragment in itself", "an unknown fragment", "a deep value", "a deep query"],
)
def test_what_has_no_bottom_is_refused_and_not_followed(house: Served, query: str) -> None:
    codes = {error["extensions"]["code"] for error in house.answer(query)["errors"]}
    assert codes <= {"BAD_INPUT", "TOO_COSTLY"}


def test_tools_may_ask_for_the_whole_schema(house: Served) -> None:
    query = get_introspection_query(descriptions=True, specified_by_url=True, input_value_deprecation=True)
    assert house.ask(query)["__schema"]["queryType"]["name"] == "Query"


def test_a_body_may_be_as_long_as_the_limit(house: Served) -> None:
    def body(size: int) -> bytes:
        text = b'{"query": "{ lenses { name } }", "note": "'
        return text + b"x" * (size - len(text) - 2) + b'"}'

    json = {"Content-Type": "application/json"}
    assert house.client.post("/graphql", content=body(2 * 1024 * 1024), headers=json).status_code == 200
    for content in (body(2 * 1024 * 1024 + 1), iter([b" " * 1024 * 1024] * 3)):
        response = house.client.post("/graphql", content=content, headers=json)
        assert response.status_code == 413
        assert response.json()["errors"][0]["extensions"]["code"] == "TOO_COSTLY"


@pytest.mark.parametrize(
    "query",
    [
        '{ initiative(id: "x") { relationships(first: 1000) { nodes { initiative { relationships(first: 1000) { nodes { id } } } } } } }',
        "query($n: Int) { relationships(first: $n) { nodes { members { participant { relationships { nodes { id } } } } } } }",
        "query($m: Int = 1000) { relationships(first: $m) { nodes { initiative { relationships(first: $m) { nodes { id } } } } } }",
        '{ relationship(id: "lars") { ' + "moves { relationship { " * 5 + "id" + " } }" * 5 + " } }",
        "{ relationships(first: 1000) { nodes { "
        + " ".join(f'h{n}: history(knownAt: "2021-01-{n + 1:02}") {{ id }}' for n in range(12))
        + " } } }",
        "{ relationships(first: 500) { nodes { moves { at } initiative { relationships { nodes { id } } } } } }",
    ],
    ids=["a page in a page", "by a variable", "by a variable's default", "a list in a list", "much of each row", "without a number"],
)
def test_pages_within_pages_are_counted_before_anything_is_asked(house: Served, query: str) -> None:
    refusal = house.refusal(query, n=1_000) if "$n" in query else house.refusal(query)
    assert (refusal["code"], "20000 rows" in refusal["rule"]) == ("TOO_COSTLY", True)


def test_a_page_of_a_thousand_with_all_of_each_is_answered(house: Served) -> None:
    assert len(house.ask("{ relationships(first: 1000) { nodes { id members { participant { id } } history { id } } } }")) == 1


def test_trajectories_have_so_many_instants_together(house: Served) -> None:
    long = 'trajectory(from: "1800-01-01", stepDays: 1) { at }'
    one = house.ask('{ relationship(id: "lars") { ' + long + " } }")
    assert len(one["relationship"]["trajectory"]["at"]) > 80_000
    many = '{ relationship(id: "lars") { ' + " ".join(f"t{number}: {long}" for number in range(3)) + " } }"
    assert {error["extensions"]["code"] for error in house.answer(many)["errors"]} == {"TOO_COSTLY"}
    over_all = house.answer("{ relationships { nodes { " + long + " } } }")
    assert {error["extensions"]["code"] for error in over_all["errors"]} == {"TOO_COSTLY"}


def test_a_query_that_was_parsed_before_is_bounded_anew_by_its_variables(house: Served) -> None:
    query = "query($n: Int) { relationships(first: $n) { nodes { initiative { relationships(first: $n) { nodes { id } } } } } }"
    for _ in range(2):
        assert len(house.ask(query, n=10)["relationships"]["nodes"]) == 10
        assert house.refusal(query, n=1_000)["code"] == "TOO_COSTLY"


def test_a_query_that_is_not_valid_is_refused_each_time_it_comes(house: Served) -> None:
    for _ in range(3):
        assert house.refusal("{ relationships { nodes { nonsense } } }")["code"] == "BAD_INPUT"


def test_so_many_valid_queries_are_kept_and_none_that_is_long() -> None:
    valid = Valid()
    for number in range(KEPT + 1):
        valid.add(f"{{ lenses {{ name }} }} # {number}")
    valid.add("#" * (KEPT_LENGTH + 1))
    assert "{ lenses { name } } # 0" not in valid
    assert f"{{ lenses {{ name }} }} # {KEPT}" in valid
    assert "#" * (KEPT_LENGTH + 1) not in valid
