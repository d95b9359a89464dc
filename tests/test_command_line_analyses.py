"""Analyses on the command line: the numbers of GraphQL, in tables and pictures, in both languages."""

import base64
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from analysed import analysed_house
from command_line import Done, answer, run_within
from research_house import ROOT, House
from store_places import Files

VERBS: dict[str, tuple[str, list[str], str]] = {
    "states": ("states", [], "rows { week of counts entropy } times { phase weeks }"),
    "transitions": ("transitions", [], "rows { was of counts rates withheld }"),
    "indicators": (
        "indicators",
        [],
        "means { weeks transitions entropy turbulence complexity }"
        " each { relationship weeks censoring transitions entropy turbulence complexity }",
    ),
    "typical": (
        'typical(groups: 1, weeks: 20, costs: RATES)',
        ["--groups", "1", "--weeks", "20", "--costs", "rates"],
        "weeks measure substitution indel leftOut silhouette"
        " groups { relationships share silhouette medoid course each withheld }",
    ),
    "time-to": (
        "timeTo(phase: AMBIGUITY)",
        ["ambiguity"],
        "phase rows { week atRisk came censored waiting error } median",
    ),
    "around": (
        "around(event: ROLES_REVERSED, reach: 3)",
        ["roles_reversed", "--reach", "3"],
        "rows { week of counts withheld }",
    ),
    "compare": (
        'compare(otherLens: "accounts")',
        ["--other-lens", "accounts"],
        "otherLens otherLensVersion otherHolder weeks share kappa rows { phase of counts withheld }"
        " each { relationship weeks share differSince }",
    ),
}  # fmt: skip
SVG = "{http://www.w3.org/2000/svg}"
ABOUT = "lens lensVersion holder stepWeeks phases relationships persons points withheld"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("analysed")


@pytest.fixture(scope="module", autouse=True)
def house(folder: Path) -> Iterator[House]:
    with analysed_house(Files(folder / "tussenruimte.buurtmaat.db")) as house:
        # Of a period that is over, so that it does not matter when it is asked.
        house.project("over", until="2021-12-31")
        yield house


def analyse(folder: Path, verb: str, *said: str, project: str = "over") -> Done:
    run = run_within(folder)
    root = base64.b64encode(ROOT).decode()
    return run("analyse", verb, *said, "--project", project, "--organisation", "buurtmaat", TUSSENRUIMTE_ROOT_KEY=root)


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_gives_what_the_field_of_its_name_does(house: House, folder: Path, verb: str) -> None:
    asked, said, fields = VERBS[verb]
    query = f"{{ research {{ analyses {{ found: {asked} {{ {ABOUT} {fields} }} }} }} }}"
    found: Any = answer(analyse(folder, verb, *said, "--json"))
    found.pop("event", None)
    assert found == house.ask(query, "over")["analyses"]["found"]
    assert found["relationships"] == (6 if verb == "around" else 11)


@pytest.mark.parametrize("verb", VERBS)
def test_a_picture_says_what_it_is_of_and_how_it_was_read_and_names_no_pseudonym(folder: Path, tmp_path: Path, verb: str) -> None:
    titles = []
    for language in ("en", "nl"):
        file = tmp_path / f"{language}.svg"
        done = analyse(folder, verb, *VERBS[verb][1], "--svg", str(file), "--language", language)
        assert done.code == 0, done.err
        drawn = ET.parse(file).getroot()
        title, description = (drawn.findtext(f"{SVG}{name}") or "" for name in ("title", "desc"))
        assert title.endswith(f" (over: evidence@1, {'pooled' if language == 'en' else 'samen'})")
        about = next(line for line in done.out.splitlines() if line.startswith("project over · evidence@1, "))
        assert about in description
        assert about in " ".join(text.text or "" for text in drawn.iter(f"{SVG}text")), "whoever sees it reads so too"
        assert not re.search(r"[rpim]-[a-z2-7]{16}", file.read_text())
        titles.append(title)
        assert title.rpartition(" (")[0] in done.out
    assert titles[0] != titles[1]


@pytest.mark.parametrize(
    ("verb", "named"),
    [
        ("states", ["weeks since each began", "part of the relationships"]),
        ("transitions", ["↓ was   → what the next one was"]),
        ("indicators", ["mean of all, from 0 to 1"]),
        ("typical", ["weeks since each began", "group: how many"]),
        ("time-to", ["weeks since each began", "part that still waits"]),
        ("around", ["weeks since it happened", "part of the relationships"]),
        ("compare", ["↓ evidence@1, pooled   → accounts@1, pooled"]),
    ],
)
def test_a_picture_names_what_runs_along_it(folder: Path, tmp_path: Path, verb: str, named: list[str]) -> None:
    file = tmp_path / "drawn.svg"
    analyse(folder, verb, *VERBS[verb][1], "--svg", str(file))
    texts = [text.text for text in ET.parse(file).getroot().iter(f"{SVG}text")]
    assert set(named) <= set(texts)


def test_a_terminal_is_shown_some_weeks_and_told_how_to_get_all(folder: Path) -> None:
    weeks = [row["week"] for row in answer(analyse(folder, "states", "--json"))["rows"]]
    every = -(-len(weeks) // 26)
    assert every > 1
    for language, told in (
        ("en", f"Of every {every} rows the first stands here; --json gives all of them."),
        ("nl", f"Van elke {every} rijen staat hier de eerste; --json geeft ze alle."),
    ):
        said = analyse(folder, "states", "--language", language).out
        assert told in said
        shown = [int(line.split()[0]) for line in said.splitlines() if re.match(r"\d+ ", line) and len(line.split()) == 8]
        assert shown == weeks[::every]
        assert len(said.splitlines()) < 60
        assert "--json" not in analyse(folder, "states", "--step", "4", "--language", language).out


def test_of_too_few_it_says_so_and_draws_nothing(folder: Path, tmp_path: Path) -> None:
    done = analyse(folder, "around", "term_left_open", "--svg", str(tmp_path / "few.svg"))
    assert (done.code, "Nothing is told of it: it is of too few people." in done.out) == (0, True)
    assert "Nothing is told of it" in (tmp_path / "few.svg").read_text()
    held = analyse(folder, "compare", "--other-lens", "accounts")
    assert "too few" in held.out


@pytest.mark.parametrize(
    ("verb", "said", "code", "text"),
    [
        ("typical", ["--groups", "0"], 1, "Relationships are put in 1 to 20 groups."),
        ("typical", ["--substitution", "[[0]"], 2, "--substitution is five rows of five numbers, as JSON."),
        ("typical", ["--costs", "given"], 1, "Own costs (and only they) are given as five rows of five numbers"),
        ("time-to", ["sometime"], 2, "'sometime' is not one of"),
        ("states", ["--lens", "none-such"], 1, "none-such"),
    ],
)
def test_what_cannot_be_analysed_is_told_in_a_line(folder: Path, verb: str, said: list[str], code: int, text: str) -> None:
    done = analyse(folder, verb, *said)
    assert (done.code, text in done.err) == (code, True), done.err


def test_a_project_that_is_not_there_is_not_analysed(folder: Path) -> None:
    assert analyse(folder, "states", project="none").err.strip().endswith("There is no research project 'none' here.")
