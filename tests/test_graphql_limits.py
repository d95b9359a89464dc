"""What a query may be, over HTTP and over a connection: the largest that is allowed is answered, and one more of anything is refused."""

import pytest
from live import live
from served import Served

from api.limits import ALIASES, BREADTH, COST, DEPTH, DIRECTIVES, FIELDS


def deep(depth: int) -> str:
    names = ["initiative", "relationships(first: 1)", "nodes"] * depth
    between = names[: depth - 2]
    return '{ relationship(id: "lars") ' + "".join(f"{{ {name} " for name in between) + "{ id }" + " }" * len(between) + " }"


def broad(breadth: int) -> str:
    return '{ relationship(id: "lars") { ' + "id " * breadth + "} }"


def broad_by_fragments(breadth: int) -> str:
    return f'{{ relationship(id: "lars") {{ {"...f " * (breadth // 10)}}} }} fragment f on Relationship {{ {"id " * 10}}}'


def of_fields(fields: int) -> str:
    """Of a multiple of fifty: each lens has forty-nine below it, in sets that are none of them broad."""
    return "{ " + "...f " * (fields // 50) + "} fragment f on Query { lenses { " + "name " * 49 + "} }"


def aliased(aliases: int) -> str:
    return "{ lenses { name } " + " ".join(f"a{number}: lenses {{ name }}" for number in range(aliases)) + " }"


def directed(directives: int) -> str:
    return "query($yes: Boolean = true) { lenses { " + "name @include(if: $yes) " * directives + "} }"


def directed_by_fragments(directives: int) -> str:
    return "{ " + "...f " * (directives // 2) + "} fragment f on Query { lenses @skip(if: false) { name @skip(if: false) } }"


def costing(cost: int) -> str:
    """One more than a multiple of a hundred: a page of rows of which each has a hundred fields, with that in which they stand."""
    return f"{{ relationships(first: {cost // 100}) {{ nodes {{ {'id ' * 99}}} }} }}"


BITING = {
    "depth": (deep(DEPTH), deep(DEPTH + 1), f"{DEPTH} fields deep"),
    "breadth": (broad(BREADTH), broad(BREADTH + 1), f"{BREADTH} fields of one thing"),
    "breadth by fragments": (broad_by_fragments(BREADTH), broad_by_fragments(BREADTH + 10), f"{BREADTH} fields of one thing"),
    "fields": (of_fields(FIELDS), of_fields(FIELDS + 50), f"hold {FIELDS} fields"),
    "aliases": (aliased(ALIASES), aliased(ALIASES + 1), f"{ALIASES} aliases"),
    "directives": (directed(DIRECTIVES), directed(DIRECTIVES + 1), f"{DIRECTIVES} directives"),
    "directives by fragments": (directed_by_fragments(DIRECTIVES), directed_by_fragments(DIRECTIVES + 2), f"{DIRECTIVES} directives"),
    "cost": (costing(COST - 100), costing(COST + 100), f"may cost {COST}"),
}


@pytest.mark.parametrize("of", BITING)
def test_a_query_may_be_as_large_as_the_limit_and_no_larger(house: Served, of: str) -> None:
    legal, beyond, rule = BITING[of]
    assert house.ask(legal)
    refusal = house.refusal(beyond)
    assert (refusal["code"], rule in refusal["rule"]) == ("TOO_COSTLY", True)


@pytest.mark.parametrize("of", BITING)
def test_a_query_over_a_connection_may_be_as_large_and_no_larger(house: Served, of: str) -> None:
    legal, beyond, rule = BITING[of]
    with live(house) as client:
        client.subscribe(legal)
        answer = client.message()
        assert (answer["type"], "errors" in answer["payload"]) == ("next", False)
        assert client.message()["type"] == "complete"
        client.subscribe(beyond)
        message = client.message()
    (error,) = message["payload"]
    assert (message["type"], error["extensions"]["code"], rule in error["message"]) == ("error", "TOO_COSTLY", True)


def test_each_answer_tells_what_it_cost(house: Served) -> None:
    query = '{ relationships(first: 10) { nodes { id reading(at: "2022-01-01") { phase } } pageInfo { hasNextPage } } }'
    cost = {"requested": 1 + 10 * (1 + 1 + 1 + 1 + 10 + 2), "limit": COST}
    answer = house.answer(query)
    assert len(answer["data"]["relationships"]["nodes"]) == 10
    assert answer["extensions"]["cost"] == cost
    with live(house) as client:
        client.subscribe(query)
        assert client.message()["payload"] == answer


def test_what_was_refused_as_too_costly_is_told_too(house: Served) -> None:
    answer = house.answer(costing(COST * 2))
    assert "data" not in answer
    assert answer["extensions"]["cost"]["requested"] > COST == answer["extensions"]["cost"]["limit"]


def test_a_page_that_the_database_wrote_tells_what_it_cost(house: Served) -> None:
    answer = house.answer("{ relationships(first: 1000) { nodes { id members { handle } } } }")
    assert answer["data"]["relationships"]["nodes"]
    assert answer["extensions"]["cost"]["requested"] == 1 + 1_000 * (1 + 1 + 1 + 10 + 1)


def test_a_recording_tells_what_it_cost(empty: Served) -> None:
    assert empty.answer("mutation { recordEvents(events: []) { recorded } }")["extensions"]["cost"]["requested"] == 2
