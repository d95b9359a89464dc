"""What measures come to: by published formulas, with what lies outside told as such, to who may know, and without setting any reading."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import Run, answer, refused, run_within
from research_house import MEASURES, House, research_house, seeker
from sent_lines import account, line, pair
from store_places import Files

from domain.store.accesses import entries
from projections.scales.scoring import griffin, scale_of, scales, scored


def measure(id: str, instrument: str, answers: dict[str, float], stream: str = "r", occurred: str = "2021-02-01", **more: Any) -> bytes:
    data = {"instrument": instrument, "mode": "self", "answers": answers, **more.pop("data", {})}
    return line(id, "measure_taken", f"relationship/{stream}", data, occurred, **more)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return run_within(tmp_path)


def taken(run: Run, *measures: bytes) -> Any:
    assert run("import", "-", given=b"\n".join([*pair(), *measures]).decode()).code == 0
    return answer(run("measures", "r", "--json"))


@pytest.mark.parametrize(
    ("gives", "costs", "index"),
    [(4, 4, 4), (1, 1, 1), (4, 1, -0.5), (1, 4, -0.5), (3, 2, 1.5), (4, 3, 2.5), (2, 2, 2), (4, 2, 1)],
)
def test_griffins_index_is_the_mean_of_both_less_how_far_they_are_apart(gives: int, costs: int, index: float) -> None:
    assert griffin([gives, costs]) == index
    scale = scale_of("gives-costs", None)
    assert scale is not None
    assert scored(scale, {"gives": gives, "costs": costs}).scores == {"ambivalence": index}


def test_every_scale_says_where_it_comes_from_and_scores_only_items_that_it_has() -> None:
    assert set(scales()) == {"ios", "gives-costs"}
    for scale in scales().values():
        assert scale.source
        assert set(scale.title) == {"en", "nl"}
        assert all(set(formula.of) <= set(scale.items) for formula in scale.scores.values())


def test_what_was_measured_is_told_with_what_it_comes_to(run: Run) -> None:
    found = taken(
        run,
        measure("one", "ios", {"closeness": 5}, perspective="a"),
        measure("two", "gives-costs", {"gives": 4, "costs": 3}, occurred="2021-03-01", perspective="b", data={"version": "1"}),
        measure("three", "mood", {"today": 3}, occurred="2021-04-01"),
        measure("four", "ios", {"closeness": 5}, occurred="2021-05-01", data={"version": "2"}),
    )
    told = [(one["instrument"], one["holder"], one["scale"], [(score["name"], score["value"]) for score in one["scores"]]) for one in found]
    assert told == [
        ("ios", "a", "ios@1", [("closeness", 5)]),
        ("gives-costs", "b", "gives-costs@1", [("ambivalence", 2.5)]),
        ("mood", None, None, []),
        ("ios", None, None, []),
    ]
    assert "closeness 5" in run("measures", "r").out


@pytest.mark.parametrize(
    ("instrument", "answers", "outside", "missing", "unknown"),
    [
        ("ios", {"closeness": 8}, ["closeness"], [], []),
        ("ios", {"closeness": 0}, ["closeness"], [], []),
        ("ios", {"closeness": 3.5}, ["closeness"], [], []),
        ("gives-costs", {"gives": 3}, [], ["costs"], []),
        ("gives-costs", {"gives": 5, "cost": 1}, ["gives"], ["costs"], ["cost"]),
    ],
)
def test_answers_that_make_no_score_are_told_as_what_they_are(
    run: Run, instrument: str, answers: dict[str, float], outside: list[str], missing: list[str], unknown: list[str]
) -> None:
    (found,) = taken(run, measure("one", instrument, answers))
    assert (found["outside"], found["missing"], found["unknown"]) == (outside, missing, unknown)
    assert [score["value"] for score in found["scores"]] == [None]
    assert "buiten de schaal" in run("--language", "nl", "measures", "r").out or not outside


# Of an organisation's own


OWN = """name: warmth
version: "{version}"
title: {{en: Warmth, nl: Warmte}}
source: Written down by ourselves.
items:
  kind: {{least: 0, most: 10}}
  near: {{least: 0, most: {most}}}
scores:
  warmth: {{by: {by}, of: [kind, near]}}
"""


def own(folder: Path, version: str = "1", by: str = "mean", most: int = 10) -> str:
    (folder / "scale.yaml").write_text(OWN.format(version=version, by=by, most=most))
    return str(folder / "scale.yaml")


def test_a_scale_of_ones_own_scores_what_was_measured_before_and_after_it_was_published(run: Run, tmp_path: Path) -> None:
    measures = [measure("one", "warmth", {"kind": 4, "near": 8}), measure("two", "warmth", {"kind": 4, "near": 11}, data={"version": "1"})]
    assert [one["scale"] for one in taken(run, *measures)] == [None, None]
    assert run("scale", "add", own(tmp_path)).out == "published: warmth@1\n"
    found = answer(run("measures", "r", "--json"))
    assert [(one["scale"], one["scores"][0]["value"], one["outside"]) for one in found] == [
        ("warmth@1", 6, []),
        ("warmth@1", None, ["near"]),
    ]
    assert [one["name"] for one in answer(run("scale", "list", "--json"))] == ["gives-costs", "ios", "warmth"]
    assert "Warmte" in run("--language", "nl", "scale", "list").out


def test_a_changed_scale_is_a_new_version_and_the_old_one_scores_what_was_taken_with_it(run: Run, tmp_path: Path) -> None:
    asked = {"kind": 4, "near": 8}
    taken(run, measure("one", "warmth", asked, data={"version": "1"}), measure("two", "warmth", asked, occurred="2021-03-01"))
    assert run("scale", "add", own(tmp_path)).code == 0
    assert run("scale", "add", own(tmp_path)).out == "published before: warmth@1\n"
    assert "never changed" in refused(run("scale", "add", own(tmp_path, by="sum")))
    assert run("scale", "add", own(tmp_path, "2", by="sum")).code == 0
    found = answer(run("measures", "r", "--json"))
    assert [(one["scale"], one["scores"][0]["value"]) for one in found] == [("warmth@1", 6), ("warmth@2", 12)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (OWN.format(version="1", by="griffin", most=10).replace("[kind, near]", "[kind]"), "Griffin's index is of two items"),
        (OWN.format(version="1", by="mean", most=10).replace("[kind, near]", "[kind, far]"), "'far' is none of its items"),
        (OWN.format(version="1", by="mean", most=0), "items.near: `least` is less than `most`"),
        (OWN.format(version="1", by="mean", most=10).replace("most: 10", "most: .inf"), "items"),
        (OWN.format(version="1", by="most", most=10), "scores"),
        (OWN.format(version="1 2", by="mean", most=10), "version"),
        (OWN.format(version="1", by="mean", most=10).replace(", nl: Warmte", ""), "title: it has none in 'nl'"),
        (OWN.format(version="1", by="mean", most=10).replace("warmth", "ios"), "a scale of the platform itself"),
        (OWN.format(version="1", by="mean", most=10) + "more: 1\n", "more"),
        (OWN.format(version="1", by="griffin", most=10).replace("[kind, near]", "[kind, kind]"), "'kind' stands in it twice"),
        (OWN.format(version="1", by="mean", most=10).replace("  near:", "  kind:"), "'kind' is written twice"),
        (OWN.format(version="1", by="mean", most=10) + "version: '2'\n", "'version' is written twice"),
        ("name: &name warmth\nversion: *name", "anchors"),
        ("name: [", "This is no scale"),
    ],
)
def test_what_is_no_scale_is_refused_in_words_and_nothing_is_published(run: Run, tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "scale.yaml").write_text(text)
    taken(run)
    assert told in refused(run("scale", "add", str(tmp_path / "scale.yaml")))
    assert len(answer(run("scale", "list", "--json"))) == 2


def test_no_measure_sets_a_reading(run: Run, tmp_path: Path) -> None:
    """The same history with measures and without: every reading of every holder is the same."""
    history = [*pair(), account("said", "r", named="friendship")]
    measures = [
        measure(f"m{n}", "ios", {"closeness": 7}, occurred=f"2021-0{n}-01", perspective=holder) for n, holder in ((2, "a"), (4, "b"))
    ]
    (tmp_path / "other").mkdir()
    told = []
    measures += [measure("warm", "warmth", {"kind": 9, "near": 9}, occurred="2021-04-01", perspective="a")]
    assert run("scale", "add", own(tmp_path)).code == 0
    for one, lines in ((run, [*history, *measures]), (run_within(tmp_path / "other"), history)):
        assert one("import", "-", given=b"\n".join(lines).decode()).code == 0
        told.append(
            [
                answer(one(verb, "r", *asked, "--lens", lens, *(("--holder", holder) if holder else ()), "--json"))
                for lens in ("evidence", "accounts")
                for holder in (None, "a", "b", "coordinator")
                for verb, asked in (("reading", ("--at", "2021-06-01")), ("trajectory", ("--from", "2021-01-01", "--to", "2021-12-01")))
            ]
        )
        told[-1] += [
            [(move["at"], move["now"]) for move in answer(one("moves", "r", "--lens", lens, "--to", "2021-12-01", "--json"))]
            for lens in ("evidence", "accounts")
        ]
    plain = [[_without(part, "recorded", "position", "recordedBy") for part in parts] for parts in told]
    assert plain[0] == plain[1]


def _without(told: Any, *names: str) -> Any:
    if isinstance(told, dict):
        return {name: _without(value, *names) for name, value in told.items() if name not in names}
    return [_without(one, *names) for one in told] if isinstance(told, list) else told


# Who is told


OURS = '{ relationship(id: "contact-0") { measures { instrument holder scores { name value } } } }'


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with research_house(Files(tmp_path / "house.db")) as house:
        house.record(measure("ios-0", "ios", {"closeness": 6}, "contact-0", "2021-03-20", perspective=f"{seeker(0)}-here"))
        house.record(measure("mood-0", "mood", {"today": 6}, "contact-0", "2021-03-20"))
        yield house


def test_who_may_not_open_what_was_said_is_told_no_score(house: House) -> None:
    ours = house.served.answer(OURS)["data"]["relationship"]["measures"]
    assert ours[0] == {"instrument": "ios", "holder": f"{seeker(0)}-here", "scores": [{"name": "closeness", "value": 6}]}
    shut = house.served.answer(OURS, house.who("auditor"))["data"]["relationship"]["measures"]
    assert [(one["instrument"], one["scores"]) for one in shut] == [("sealed", []), ("sealed", [])]
    log = '{ audit { accessLog(relationship: "contact-0") { nodes { by kinds } } } }'
    seen = house.served.ask(log)["audit"]["accessLog"]["nodes"]
    assert {"by": "token/tester", "kinds": ["voices"]} in seen
    assert {"by": "token/auditor", "kinds": ["voices"]} not in seen


def test_researchers_are_told_scores_by_week_under_pseudonyms(house: House) -> None:
    nodes = {node["pseudonym"]: node for node in house.ask(MEASURES)["relationships"]["nodes"]}
    told = nodes.pop(house.called("contact-0"))
    (found,) = told["measures"]
    assert (found["scale"], found["mode"], found["scores"]) == ("ios@1", "self", [{"name": "closeness", "value": 6}])
    assert found["week"] in (2, 3)
    assert found["holder"] in {member["pseudonym"] for member in told["members"] if member["side"] == "RECEIVES"}
    assert all(node["measures"] == [] for node in nodes.values())


PUBLISH = "mutation($text: String!) { publishScale(definition: $text) { name version } }"


def test_an_administrator_publishes_a_scale_over_http_and_researchers_are_told_its_scores(house: House) -> None:
    text = OWN.format(version="1", by="mean", most=10)
    house.record(measure("warm-0", "warmth", {"kind": 4, "near": 8}, "contact-0", "2021-03-21", perspective=f"{seeker(0)}-here"))
    for role in ("coordinator", "researcher", "auditor", "dashboard"):
        who = house.researcher() if role == "researcher" else house.who(role)
        (error,) = house.served.answer(PUBLISH, who, text=text)["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN", role
    administrator = house.who("administrator")
    assert house.served.answer(PUBLISH, administrator, text=text)["data"]["publishScale"] == {"name": "warmth", "version": "1"}
    (error,) = house.served.answer(PUBLISH, administrator, text=text.replace("mean", "sum"))["errors"]
    assert error["extensions"]["code"] == "RULE_BROKEN"
    nodes = {node["pseudonym"]: node for node in house.ask(MEASURES)["relationships"]["nodes"]}
    told = {one["scale"]: one["scores"] for one in nodes[house.called("contact-0")]["measures"]}
    assert told["warmth@1"] == [{"name": "warmth", "value": 6}]
    assert [one["name"] for one in house.ask(MEASURES)["scales"]] == ["gives-costs", "ios", "warmth"]
    for language, title in (("nl", "Warmte"), ("en", "Warmth")):
        for who, query in ((house.who("coordinator"), "{ scales { title } }"), (house.researcher(), "{ research { scales { title } } }")):
            data = house.served.answer(query, {**who, "Accept-Language": language})["data"]
            assert data.get("research", data)["scales"][-1] == {"title": title}
    with house.organisation.store.reading() as connection:
        found = [(one.place, one.kinds) for one in entries(connection, None, None) if one.action == "changed"]
    assert found[0] == ("setting/scale.warmth", ("scale_published",))
