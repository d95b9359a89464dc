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


@pytest.mark.parametrize(
    ("language", "head", "mean", "coarse"),
    [
        ("en", "phase mean weeks", "How long one relationship was in each phase: the mean of all", "Each point counts as 26 weeks"),
        ("nl", "fase weken, gemiddeld", "Hoelang één relatie in elke fase was: het gemiddelde", "Elk punt telt als 26 weken"),
    ],
)
def test_times_say_that_they_are_means_and_what_a_point_counts_as(folder: Path, language: str, head: str, mean: str, coarse: str) -> None:
    weekly = " ".join(analyse(folder, "states", "--language", language).out.split())
    assert head in weekly
    assert mean in weekly
    assert "--step 1" not in weekly, "there weeks are counted"
    for verb in ("states", "indicators"):
        assert coarse in " ".join(analyse(folder, verb, "--step", "26", "--language", language).out.split())


def test_a_terminal_is_shown_the_weeks_in_which_something_changes(folder: Path) -> None:
    rows = answer(analyse(folder, "time-to", "ambiguity", "--json"))["rows"]
    wanted = [row["week"] for row in rows if row["came"] or row["censored"] or row in (rows[0], rows[-1])]
    assert len(wanted) < len(rows)
    for language, told in (("en", "Weeks in which nobody came to it"), ("nl", "Weken waarin niemand ertoe kwam")):
        said = analyse(folder, "time-to", "ambiguity", "--language", language).out
        assert told in said
        assert [int(line.split()[0]) for line in said.splitlines() if re.match(r"\d+ ", line) and len(line.split()) == 6] == wanted
    rows = answer(analyse(folder, "time-to", "ambiguity", "--step", "104", "--json"))["rows"]
    assert all(row["came"] or row["censored"] for row in rows[1:-1])
    assert "--json" not in analyse(folder, "time-to", "ambiguity", "--step", "104").out, "nothing is left out"


def test_of_too_few_it_says_so_and_draws_nothing(folder: Path, tmp_path: Path) -> None:
    done = analyse(folder, "around", "term_left_open", "--svg", str(tmp_path / "few.svg"))
    assert (done.code, "Nothing is told of it: it is of too few people." in done.out) == (0, True)
    assert "Nothing is told of it" in (tmp_path / "few.svg").read_text()


@pytest.mark.parametrize(
    ("language", "held", "because"),
    [
        ("en", "held back", "What is held back is of too few people, or would give away something that is."),
        ("nl", "achtergehouden", "Wat achtergehouden is, gaat om te weinig mensen, of zou iets verraden dat om te weinig mensen gaat."),
    ],
)
def test_a_row_that_is_held_back_is_told_as_that_with_why(folder: Path, tmp_path: Path, language: str, held: str, because: str) -> None:
    file = tmp_path / "held.svg"
    for verb, *said in (["compare", "--other-lens", "accounts"], ["typical", "--groups", "11", "--weeks", "20"]):
        done = analyse(folder, verb, *said, "--language", language, "--svg", str(file))
        row = next(line for line in done.out.splitlines() if held in line and because not in line)
        assert row.split(held)[1].split() == ["–"] * (5 if verb == "compare" else 4), "said once a row"
        assert because in " ".join(done.out.split())
        texts = [text.text or "" for text in ET.parse(file).getroot().iter(f"{SVG}text")]
        assert because in " ".join(texts)
        assert (held if verb == "compare" else f"1: {held}") in texts
    assert because not in " ".join(analyse(folder, "states", "--language", language).out.split()), "nothing is held back there"


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "fewer relationships can be compared over so many weeks than there would be groups. Ask for fewer groups."),
        ("nl", "er zijn minder relaties over zoveel weken te vergelijken dan er groepen zouden zijn. Vraag minder groepen."),
    ],
)
def test_more_groups_than_relationships_are_told_as_that(folder: Path, tmp_path: Path, language: str, told: str) -> None:
    file = tmp_path / "groups.svg"
    done = analyse(folder, "typical", "--groups", "12", "--weeks", "20", "--language", language, "--svg", str(file))
    assert (done.code, told in " ".join(done.out.split())) == (0, True)
    assert told in " ".join(text.text or "" for text in ET.parse(file).getroot().iter(f"{SVG}text"))


@pytest.mark.parametrize(
    ("phase", "language", "title", "says"),
    [
        ("ambiguity", "en", "until ambiguity", "of those that did not begin so. Who was followed no further counts until then"),
        ("ambiguity", "nl", "tot ambiguïteit", "van wie niet zo begon. Wie niet verder gevolgd is telt tot dan, en wat eindigde ook"),
        ("unobserved", "en", "until nothing is observed", "of those that did not begin so."),
        ("unobserved", "nl", "tot niets wordt waargenomen", "van wie niet zo begon."),
        ("ended", "en", "until the end", "What part has not ended yet. Who was followed no further counts until then."),
        ("ended", "nl", "tot het einde", "Welk deel nog niet geëindigd is. Wie niet verder gevolgd is, telt tot dan."),
    ],
)  # fmt: skip
def test_a_time_says_until_what_it_is_and_whom_it_leaves_out(folder: Path, phase: str, language: str, title: str, says: str) -> None:
    told = " ".join(analyse(folder, "time-to", phase, "--language", language).out.split())
    assert f"{'How long it takes' if language == 'en' else 'Hoelang het duurt'} {title} " in told
    assert says in told
    assert ("if nothing ended" in told or "als niets eindigde" in told) == (phase != "ended")


def test_help_names_choices_as_they_are_written(folder: Path) -> None:
    told = run_within(folder)("analyse", "typical", "--help").out
    assert "default: optimal_matching" in " ".join(told.split())
    assert "default: constant" in " ".join(told.split())
    assert "OPTIMAL_MATCHING" not in told


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
