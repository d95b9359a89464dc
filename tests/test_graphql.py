"""Everything in the contract can be asked, of the ten examples, and says what they say."""

import json
from typing import Any

import pytest
from analysed import ANALYSED
from everything import ADMINISTERED, AUDITED, COUNTED, EVERYTHING, OWN, REMINDED, RESEARCHED
from graphql import FieldNode, GraphQLObjectType, TypeInfo, TypeInfoVisitor, Visitor, parse, visit
from research_house import BY_NAME, LENSES, MEASURES, WHOLE
from served import EXAMPLES, Served
from test_schema import OURS

OF_MEMBERS = """{ research { relationship(pseudonym: "x") { members {
    trajectory { week } moves { week } } } } }"""
EXPECTED: dict[str, Any] = json.loads((EXAMPLES / "expected.json").read_text())
IDS = sorted(EXPECTED)


def test_no_field_of_the_schema_is_left_unasked() -> None:
    asked: set[tuple[str, str]] = set()
    types = TypeInfo(OURS)

    class Collect(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            parent = types.get_parent_type()
            assert parent is not None
            asked.add((parent.name, node.name.value))

    researched = (RESEARCHED, WHOLE, BY_NAME, LENSES, MEASURES, OF_MEMBERS, ANALYSED)
    for query in (EVERYTHING, AUDITED, COUNTED, ADMINISTERED, OWN, REMINDED, *researched):
        visit(parse(query), TypeInfoVisitor(types, Collect()))
    recording = {"Mutation", "RecordResult", "ErasureResult", "Invitation", "NewToken", "Opener", "CalendarAddress"}
    live = {"Subscription", "EventArrived", "CaughtUp", "Heartbeat", "MoveArrived", "MoveWithdrawn"}
    there = {
        (name, field)
        for name, made in OURS.type_map.items()
        if isinstance(made, GraphQLObjectType) and not name.startswith("__") and name not in recording | live
        for field in made.fields
    }
    assert there - asked == set()


@pytest.mark.parametrize("id", IDS)
def test_everything_can_be_asked_of_every_example(house: Served, id: str) -> None:
    data = house.ask("query($id: ID!) { relationship(id: $id) { initiative { id } members { participant { id } } } }", id=id)
    home, person = data["relationship"]["initiative"]["id"], data["relationship"]["members"][0]["participant"]["id"]
    found = house.ask(EVERYTHING, id=id, person=person, home=home, at=EXPECTED[id]["until"])
    assert found["relationship"]["id"] == id
    assert found["participant"]["id"] == person
    assert id in [node["id"] for node in found["participant"]["relationships"]["nodes"]]
    assert id in [node["id"] for node in found["initiative"]["relationships"]["nodes"]]
    assert len({len(found["relationship"]["trajectory"][column]) for column in ("at", "phase", "help", "confidence")}) == 1
    assert [lens["name"] for lens in found["lenses"]] == ["evidence", "accounts"]
    audited = house.ask(AUDITED, event=f"{id}-0001")
    assert audited["audit"]["checkpoint"] == audited["audit"]["inclusionProof"]["checkpoint"]
    assert audited["audit"]["inclusionProof"]["event"] == f"{id}-0001"
    assert {node["by"] for node in audited["audit"]["accessLog"]["nodes"]} == {"token/tester"}


def test_everybody_may_ask_for_numbers(house: Served) -> None:
    counted = house.ask(COUNTED)["census"]
    assert counted["fewest"] == 10
    assert len({len(column) for column in counted["states"].values()}) == 1


@pytest.mark.parametrize("id", IDS)
def test_readings_are_those_expected(house: Served, id: str) -> None:
    query = """query($id: ID!, $at: DateTime!, $lens: String, $holder: String) { relationship(id: $id) {
        reading(at: $at, lens: $lens, holder: $holder) {
            phase kind help friendship ambiguity confidence strengths { help friendship openness }
        }
    } }"""
    for lens in ("evidence", "accounts"):
        for expected in EXPECTED[id][lens]:
            found = house.ask(query, id=id, at=expected["at"], lens=lens, holder=expected["perspective"])["relationship"]["reading"]
            assert found["phase"] == expected["phase"].upper()
            if lens == "accounts":
                assert found["kind"] == (expected["kind"].upper() if expected["kind"] else None)
            else:
                for share in ("help", "friendship", "ambiguity", "confidence"):
                    assert found[share] == pytest.approx(expected[share], abs=1e-8)
                strengths = [found["strengths"][name] for name in ("help", "friendship", "openness")]
                assert strengths == pytest.approx([expected[name] for name in "hfo"], abs=1e-8)


@pytest.mark.parametrize("id", IDS)
def test_moves_are_those_expected(house: Served, id: str) -> None:
    query = "query($id: ID!, $to: DateTime) { relationship(id: $id) { moves(to: $to) { was now at cause triggers { id } } } }"
    found = house.ask(query, id=id, to=EXPECTED[id]["until"])["relationship"]["moves"]
    assert [(m["was"].lower(), m["now"].lower(), m["at"][:10], [e["id"] for e in m["triggers"]]) for m in found] == [
        (m["was"], m["now"], m["at"], m["triggers"]) for m in EXPECTED[id]["evidence_moves"]
    ]
    assert all(m["cause"] == "EVENTS" for m in found if m["triggers"])


def test_spans_tell_when_they_were_closed(house: Served) -> None:
    query = """query($id: ID!) { relationship(id: $id) {
        reversals { between restoredOn } tensions { kind easedOn } openings { about settledOn } agreements { kind parties promptedBy tacit }
    } }"""
    assert house.ask(query, id="astrid-janet")["relationship"]["reversals"] == [{"between": ["a", "b"], "restoredOn": "2021-06-03"}]
    coffee = house.ask(query, id="coffee-role")["relationship"]
    assert [tension["easedOn"] is not None for tension in coffee["tensions"]] == [True]
    assert [opening["settledOn"] is not None for opening in coffee["openings"]] == [True]
    assert [agreement["kind"] for agreement in coffee["agreements"]] == ["role_formalised"]


def test_a_history_is_in_the_order_of_occurring(house: Served) -> None:
    events = house.ask('{ relationship(id: "lars") { history { type occurred data } } }')["relationship"]["history"]
    assert events[0]["type"] == "match_made"
    assert events[0]["data"]["members"][0] == {"handle": "a", "participant": "lars-a", "roles": ["volunteer"]}
    assert len(events) == 42


def test_what_does_not_exist_is_null(house: Served) -> None:
    query = '{ relationship(id: "nobody") { id } participant(id: "nobody") { id } initiative(id: "nobody") { id } }'
    assert house.ask(query) == {"relationship": None, "participant": None, "initiative": None}


def test_pages_follow_each_other_without_gap_or_repeat(house: Served) -> None:
    query = """query($after: String) {
        relationships(first: 4, after: $after) { nodes { id } edges { cursor node { id } } pageInfo { hasNextPage endCursor } }
    }"""
    seen: list[str] = []
    after, more = None, True
    while more:
        page = house.ask(query, after=after)["relationships"]
        assert [edge["node"] for edge in page["edges"]] == page["nodes"]
        assert page["edges"][-1]["cursor"] == page["pageInfo"]["endCursor"]
        seen += [node["id"] for node in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert sorted(seen) == IDS
    assert len(seen) == len(IDS)


def test_events_page_by_position_from_the_latest(house: Served) -> None:
    query = "query($after: Position) { events(first: 100, after: $after) { nodes { position } pageInfo { hasNextPage endCursor } } }"
    positions: list[int] = []
    after, more = None, True
    while more:
        page = house.ask(query, after=after)["events"]
        positions += [int(node["position"]) for node in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert positions == list(range(len(positions), 0, -1))
    assert len(positions) == 449


@pytest.mark.parametrize(
    ("filter", "ids"),
    [
        ({"participant": "lars-a"}, ["lars"]),
        ({"initiative": "groceries-for-elders"}, ["lars"]),
        ({"origin": "EMERGED", "running": True}, ["coffee-role", "mahmut", "monday-table"]),
        ({"running": False}, ["bonus-grandparents-stopped", "garden-volunteer"]),
        ({"startedFrom": "2021-01-10", "startedTo": "2021-01-10"}, ["lars"]),
        ({"phase": "ENDED", "running": None}, ["bonus-grandparents-stopped", "garden-volunteer"]),
    ],
)
def test_a_filter_narrows(house: Served, filter: dict[str, Any], ids: list[str]) -> None:
    found = house.ask("query($f: RelationshipFilter) { relationships(filter: $f) { nodes { id } } }", f=filter)
    assert sorted(node["id"] for node in found["relationships"]["nodes"]) == ids


def test_an_initiative_shows_its_own_relationships_only(house: Served) -> None:
    query = 'query($f: RelationshipFilter) { initiative(id: "groceries-for-elders") { relationships(filter: $f) { nodes { id } } } }'
    assert house.ask(query, f={"origin": "MATCHED"})["initiative"]["relationships"]["nodes"] == [{"id": "lars"}]
    assert house.ask(query, f={"initiative": "elsewhere"})["initiative"]["relationships"]["nodes"] == []


def test_events_and_moves_are_narrowed(house: Served) -> None:
    query = """query($e: EventFilter, $m: MoveFilter) {
        events(filter: $e) { nodes { type occurred recordedBy } } moves(filter: $m) { nodes { relationship { id } was now at } }
    }"""
    found = house.ask(
        query,
        e={"relationship": "lars", "types": ["match_made"], "occurredFrom": "2021-01-10", "occurredTo": "2021-01-10"},
        m={"relationship": "lars", "now": "HELP", "from": "2021-01-01", "to": "2022-01-01T00:00:00Z"},
    )
    assert found["events"]["nodes"] == [{"type": "match_made", "occurred": "2021-01-10", "recordedBy": "researcher/r1"}]
    assert found["moves"]["nodes"] == [{"relationship": {"id": "lars"}, "was": "UNOBSERVED", "now": "HELP", "at": "2021-01-10T00:00:00Z"}]


def test_nothing_is_known_before_it_was_recorded(house: Served) -> None:
    query = """query($then: DateTime) { relationship(id: "lars") {
        history(knownAt: $then) { id } members(knownAt: $then) { handle } moves(knownAt: $then) { at }
        reading(at: "2022-01-01", knownAt: $then) { phase because { basis } } room(at: "2022-01-01", knownAt: $then) { breadth ambivalence }
    } }"""
    assert house.ask(query, then="2020-01-01")["relationship"] == {
        "history": [], "members": [], "moves": [],
        "reading": {"phase": "UNOBSERVED", "because": []}, "room": {"breadth": 0.0, "ambivalence": None},
    }  # fmt: skip


def test_null_asks_for_the_same_as_nothing(house: Served) -> None:
    nothing = house.ask('{ relationships { nodes { id } } relationship(id: "lars") { trajectory { at } moves { at } } }')
    null = house.ask(
        "{ relationships(first: null, after: null, filter: null) { nodes { id } }"
        ' relationship(id: "lars") { trajectory(from: null, to: null, stepDays: null, lens: null, holder: null, knownAt: null) { at }'
        " moves(lens: null, holder: null, to: null, knownAt: null) { at } } }"
    )
    assert nothing == null
