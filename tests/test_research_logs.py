"""The moves go along as event logs (OCEL 2.0, XES) and the contacts as graphs of people, pseudonymous, on a calendar that is none.

A program of process mining that is not ours reads both logs, and finds in them what is there. It forgives much, and the schemas of OCEL and
XES come without a licence that says they may be kept here: what they ask is therefore also written down anew, as the standards describe it.
"""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import r4pm
from exported_research import exported, exporting_house, readings, table
from r4pm import bindings
from research_house import House, over

from projections.export.research.calendar import EPOCH, instant, week_of

XES = "{http://www.xes-standard.org/}"
GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"
PAIRS = {"type": "array", "items": {"type": "object", "required": ["objectId", "qualifier"], "additionalProperties": {"type": "string"}}}
TYPES = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "attributes"],
        "properties": {
            "name": {"type": "string"},
            "attributes": {
                "type": "array",
                "items": {
                    "required": ["name", "type"],
                    "properties": {"type": {"enum": ["string", "time", "integer", "float", "boolean"]}},
                },
            },
        },
    },
}


def named(*parts: str) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "object", "required": list(parts), "additionalProperties": {"type": "string"}}}


def entities(attributes: dict[str, Any], *parts: str) -> dict[str, Any]:
    properties: dict[str, Any] = {part: {"type": "string"} for part in parts} | {"attributes": attributes, "relationships": PAIRS}
    return {"type": "array", "items": {"type": "object", "required": list(parts), "properties": properties, "additionalProperties": False}}


OCEL = {
    "type": "object",
    "required": ["eventTypes", "objectTypes", "events", "objects"],
    "properties": {
        "eventTypes": TYPES, "objectTypes": TYPES, "events": entities(named("name", "value"), "id", "type", "time"),
        "objects": entities(named("name", "value", "time"), "id", "type"),
    },
    "additionalProperties": False,
}  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with exporting_house(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture(scope="module")
def folder(house: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(house, tmp_path_factory.mktemp("out") / "first")


def changes(told: dict[str, Any]) -> Counter[tuple[Any, ...]]:
    return Counter(
        (id, move["week"], move["was"], move["wasKind"], move["now"], move["kind"], move["cause"])
        for id, one in told.items()
        for move in one["moves"]
    )


def test_the_ocel_log_has_the_form_of_the_standard_and_refers_to_nothing_that_is_not_there(folder: Path) -> None:
    log = json.loads((folder / "moves.ocel.json").read_text())
    jsonschema.validate(log, OCEL)
    objects = Counter(one["id"] for one in log["objects"])
    assert set(objects.values()) == {1}
    assert max(Counter(one["id"] for one in log["events"]).values()) == 1
    kinds = {name: {one["name"] for one in log[name]} for name in ("objectTypes", "eventTypes")}
    assert {one["type"] for one in log["objects"]} == kinds["objectTypes"]
    assert {one["type"] for one in log["events"]} <= kinds["eventTypes"]
    assert {to["objectId"] for one in log["events"] + log["objects"] for to in one["relationships"]} <= objects.keys()
    for one in log["events"]:
        assert datetime.fromisoformat(one["time"]) >= EPOCH
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**log, "events": [{"id": "x"}]}, OCEL)


def test_the_moves_in_the_ocel_log_are_those_that_graphql_tells(folder: Path, house: House) -> None:
    found: Counter[tuple[Any, ...]] = Counter()
    for one in json.loads((folder / "moves.ocel.json").read_text())["events"]:
        said = {attribute["name"]: attribute["value"] for attribute in one["attributes"]}
        (of,) = [to["objectId"] for to in one["relationships"] if to["qualifier"] == "of"]
        assert week_of(one["time"]) == int(said["week"])
        id = f"{of}/{said['lens']}/{said['holder']}"
        found[id, int(said["week"]), said["was"], said.get("wasKind"), one["type"], said.get("nowKind"), said["cause"]] += 1
    assert found == changes(readings(house))


def test_a_program_of_process_mining_reads_the_ocel_log(folder: Path, tmp_path: Path) -> None:
    log = json.loads((folder / "moves.ocel.json").read_text())
    read = bindings.slim_link_ocel(ocel=r4pm.import_item("OCEL", str(folder / "moves.ocel.json")))
    found = bindings.num_events(ocel=read), bindings.num_objects(ocel=read)
    assert found == (len(log["events"]), len(log["objects"]))
    for kind in ("relationship", "person", "initiative", "release"):
        of = {one["id"] for one in log["objects"] if one["type"] == kind}
        assert set(bindings.get_object_ids_of_type(read, kind)) == of
    for kind in {one["type"] for one in log["events"]}:
        assert set(bindings.get_event_ids_of_type(read, kind)) == {one["id"] for one in log["events"] if one["type"] == kind}
    (tmp_path / "broken.json").write_text(json.dumps({**log, "events": [{"id": "x"}]}))
    with pytest.raises(TypeError, match="missing field"):
        r4pm.import_item("OCEL", str(tmp_path / "broken.json"))


def test_a_program_of_process_mining_reads_the_xes_log(folder: Path, house: House) -> None:
    moves = [one["moves"] for one in readings(house).values() if one["moves"]]
    read = r4pm.import_item("EventLog", str(folder / "moves.xes"))
    follows = bindings.discover_dfg(read)
    assert follows["activities"] == Counter(move["now"] for one in moves for move in one)
    pairs = Counter((one["now"], other["now"]) for each in moves for one, other in pairwise(each))
    assert {tuple(pair): count for pair, count in follows["directly_follows_relations"]} == pairs
    assert bindings.get_num_cases(bindings.log_to_activity_projection(read)) == len(moves)


def test_the_xes_log_has_the_form_of_the_standard(folder: Path) -> None:
    log = ElementTree.parse(folder / "moves.xes").getroot()
    assert (log.tag, log.get("xes.version")) == (f"{XES}log", "1.0")
    order = [part.tag.removeprefix(XES) for part in log]
    assert order == sorted(order, key=["extension", "global", "classifier", "string", "trace"].index), "as the standard orders them"
    kinds = {"string", "int", "date"}
    for trace in log.iter(f"{XES}trace"):
        assert {part.tag.removeprefix(XES) for part in trace} <= kinds | {"event"}
    for event in log.iter(f"{XES}event"):
        said = {part.get("key"): part for part in event}
        assert len(said) == len(event), "no key twice"
        assert {"concept:name", "time:timestamp"} <= said.keys()
        assert {part.tag.removeprefix(XES) for part in event} <= kinds
        assert datetime.fromisoformat(said["time:timestamp"].get("value", ""))


def test_the_moves_in_the_xes_log_are_those_that_graphql_tells(folder: Path, house: House) -> None:
    found: Counter[tuple[Any, ...]] = Counter()
    for trace in ElementTree.parse(folder / "moves.xes").getroot().iter(f"{XES}trace"):
        id = next(part.get("value") for part in trace if part.get("key") == "concept:name")
        for event in trace.iter(f"{XES}event"):
            said = {part.get("key"): part.get("value") for part in event}
            week = int(said["week"] or "")
            assert said["time:timestamp"] == instant(week)
            found[id, week, said["was"], said.get("wasKind"), said["concept:name"], said.get("nowKind"), said["cause"]] += 1
    assert found == changes(readings(house))


def test_every_log_says_that_its_dates_are_none_and_of_which_release_it_is(folder: Path) -> None:
    for name in ("moves.ocel.json", "moves.xes", "codebook.md"):
        text = (folder / name).read_text()
        assert "an arbitrary Monday" in text, name
        assert "een willekeurige maandag" in text, name
    for name in ("moves.ocel.json", "moves.xes", "graphs/week-0.graphml"):
        assert json.loads((folder / "datapackage.json").read_text())["tussenruimte"]["sha256"] in (folder / name).read_text()


def test_a_graph_holds_who_was_in_contact_then(folder: Path) -> None:
    members, states = table(folder, "members"), {row["id"]: row for row in table(folder, "sts")}
    for week in (0, 26):
        graph = ElementTree.parse(folder / "graphs" / f"week-{week}.graphml").getroot()
        found = {}
        for edge in graph.iter(f"{GRAPHML}edge"):
            said = {data.get("key"): data.text for data in edge}
            found[said["relationship"]] = ({edge.get("source"), edge.get("target")}, said["evidence@1"])
        going = {name.split("/")[0]: row[f"w{week}"] for name, row in states.items() if name.endswith("/evidence@1/pooled")}
        expected = {
            name: ({row["person"] for row in members if row["relationship"] == name}, state)
            for name, state in going.items()
            if state not in ("", "ENDED")
        }
        assert found == expected
        assert {node.get("id") for node in graph.iter(f"{GRAPHML}node")} == {one for pair, _ in found.values() for one in pair}
        assert {data.get("key") for data in graph.iter(f"{GRAPHML}data")} <= {key.get("id") for key in graph.iter(f"{GRAPHML}key")}
    assert len(ElementTree.parse(folder / "graphs" / "week-26.graphml").getroot().findall(f".//{GRAPHML}edge")) < len(expected) + 1


def test_a_person_in_two_contacts_is_one_in_the_graph(folder: Path) -> None:
    graph = ElementTree.parse(folder / "graphs" / "week-0.graphml").getroot()
    ends = Counter(end for edge in graph.iter(f"{GRAPHML}edge") for end in (edge.get("source"), edge.get("target")))
    assert max(ends.values()) == 2


def test_of_fewer_people_than_are_told_of_there_is_no_graph(tmp_path: Path) -> None:
    with exporting_house(tmp_path) as house:
        for number in (0, 2, 3, 4):
            house.record(over(f"contact-{number}", "2021-07-01"))
        graphs = exported(house, tmp_path / "out") / "graphs"
        assert (graphs / "week-0.graphml").exists(), "the control: at first there are enough"
        assert not (graphs / "week-26.graphml").exists()
