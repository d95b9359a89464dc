"""Lenses of one's own: tried before they are published, moved to see what hangs on their weights, and asked again in every version."""

import json
from collections import Counter
from pathlib import Path

import pytest
from command_line import Run, answer, refused
from research_house import LENSES, House, contact, over, seeker, somebody, volunteer
from sent_lines import line
from served import Served

from domain.model.errors import Refused
from domain.model.lens import EVIDENCE, from_yaml, whole
from domain.model.roles import Reach
from domain.model.time import DAY
from projections.research import cases as trying
from projections.research.cases import Way, case
from projections.research.enough import Enough
from projections.research.trial import tried_together
from projections.views import older
from projections.views.tries import MOST as MOST_TRIES

WARM = (Path(__file__).parent.parent / "examples" / "lens-warm.yaml").read_text()
HASTY = "name: hasty\nversion: '{}'\nhalf_life_days: {}\n"
TRY = """query($lens: String!, $beside: String) { tryLens(definition: $lens, beside: $beside) { lens beside same differing } }"""
CITED = """{ research { relationships { nodes {
    pseudonym trajectory(lens: "hasty@1") { lensVersion phase help } moves(lens: "hasty@1") { week now } } } } }"""


def published(run: Run, folder: Path, version: str, days: int) -> None:
    (folder / "hasty.yaml").write_text(HASTY.format(version, days))
    assert run("lens", "add", str(folder / "hasty.yaml")).code == 0


# Trying


def test_a_lens_beside_itself_differs_in_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "same.yaml").write_text("name: same\nversion: '1'\n")
    found = answer(run("lens", "try", str(tmp_path / "same.yaml"), "--json"))
    assert (found["same"], found["sameNow"], found["differing"], found["moves"]) == (10, 10, 0, [])
    assert all(row["beside"] == row["tried"] for row in found["phases"])
    assert found["relationships"] == found["among"] == sum(row["relationships"] for row in found["phases"]) == 10


def test_a_trial_tells_the_moves_that_only_one_lens_sees_as_each_lens_tells_them_itself(run: Run, tmp_path: Path) -> None:
    (tmp_path / "warm.yaml").write_text(WARM)
    found = answer(run("lens", "try", str(tmp_path / "warm.yaml"), "--json"))
    assert run("lens", "add", str(tmp_path / "warm.yaml")).code == 0
    told: dict[str, set[tuple[str, ...]]] = {}
    for lens in ("warm", "evidence"):
        nodes = answer(run("moves", "--lens", lens, "--first", "1000", "--json"))["nodes"]
        told[f"{lens}@1"] = {(one["relationship"]["id"], one["at"], one["was"], one["now"]) for one in nodes}
    apart = {(*move, lens) for lens, other in (("warm@1", "evidence@1"), ("evidence@1", "warm@1")) for move in told[lens] - told[other]}
    assert {(one["relationship"], one["at"], one["was"], one["now"], one["lens"]) for one in found["moves"]} == apart
    assert found["differing"] == len(apart) == len(found["moves"])
    assert found["same"] == 10 - len({move[0] for move in apart})


def test_nothing_of_a_trial_is_kept(run: Run, tmp_path: Path) -> None:
    (tmp_path / "warm.yaml").write_text(WARM)
    before = run("export").out, run("lens", "list").out
    shown = run("lens", "try", str(tmp_path / "warm.yaml"), "--beside", "accounts").out
    assert "warm@1 beside accounts@1, on 10 of 10 relationships" in shown
    assert (run("export").out, run("lens", "list").out) == before


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            [
                "A row is a pair of phases, how the one lens reads and how the other: so many relationships stand so now, and",
                "so many weeks of all together did. by evidence@1 by warm@1 relationships now weeks",
                "Changes of phase that only one of the two sees on that day, though the other may see them on another: 14, of",
                "which 14 here. day relationship changes only by",
            ],
        ),
        (
            "nl",
            [
                "Een rij is een paar fasen, hoe de ene lens leest en hoe de andere: zoveel relaties staan nu zo, en zoveel",
                "weken van alle samen. volgens evidence@1 volgens warm@1 relaties nu weken",
                "Wisselingen van fase die maar één van de twee op die dag ziet, al kan de andere ze op een andere zien: 14,",
                "waarvan hier 14. dag relatie wisselt alleen volgens",
            ],
        ),
    ],
)
def test_a_sentence_before_each_table_of_a_trial_says_what_stands_in_it(run: Run, tmp_path: Path, language: str, said: list[str]) -> None:
    (tmp_path / "warm.yaml").write_text(WARM)
    shown = " ".join(run("lens", "try", str(tmp_path / "warm.yaml"), "--language", language).out.split())
    assert [sentence for sentence in said if sentence not in shown] == []


def test_a_sample_is_drawn_by_its_seed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "warm.yaml").write_text(WARM)
    found = [run("lens", "try", str(tmp_path / "warm.yaml"), "--sample", "4", "--seed", seed, "--json") for seed in "1123456"]
    assert found[0] == found[1]
    assert len({done.out.replace('"seed":' + seed, "") for done, seed in zip(found, "1123456", strict=True)}) > 1
    assert all((answer(done)["relationships"], answer(done)["among"]) == (4, 10) for done in found)


@pytest.mark.parametrize(
    ("said", "text", "told"),
    [
        ((), "name: Warm\nversion: '1'\n", "small letters"),
        ((), "name: warm\nversion: '1'\nweights: {mood_happy: [1, 0, 0]}\n", "'mood_happy' is no weight"),
        ((), "name: evidence\nversion: '2'\n", "a lens of the platform itself"),
        ((), "name: warm\nversion: '1'\nhalf_life_days: 36525\nlook_days: 1\n", "and 2,000 times while a strength halves"),
        ((), "name: warm\nversion: '1'\nlook_days: 0.5\n", "once a day"),
        ((), "name: warm\nversion: '1'\nweights: {shared: [0, 1, 0], shared: [0, 0, 0]}\n", "'shared' is written twice"),
        ((), "name: warm\nversion: '1'\ncodes: {'': [0, 1, 0]}\n", "codes: a name in it"),
        (("--sample", "0"), WARM, "1 to 1000 relationships"),
        (("--sample", "1001"), WARM, "1 to 1000 relationships"),
        (("--beside", "pink"), WARM, "no lens 'pink'"),
    ],
)
def test_what_cannot_be_tried_is_told(run: Run, tmp_path: Path, said: tuple[str, ...], text: str, told: str) -> None:
    (tmp_path / "lens.yaml").write_text(text)
    assert told in refused(run("lens", "try", str(tmp_path / "lens.yaml"), *said))


def test_a_lens_is_tried_over_http_by_who_may_publish_it(house: Served) -> None:
    found = house.ask(TRY, lens=WARM)["tryLens"]
    assert (found["lens"], found["beside"], found["same"], found["differing"]) == ("warm@1", "evidence@1", 6, 14)
    assert house.refusal(TRY, lens="name: warm\n")["code"] == "BAD_INPUT"
    for role, reach in (("auditor", Reach()), ("administrator", Reach()), ("coordinator", Reach(initiatives=("cycling-buddies",)))):
        token = house.organisation.tokens.create(role, reach=reach, name=role)
        (error,) = house.answer(TRY, {"Authorization": f"Bearer {token}"}, lens=WARM)["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN", role


def test_a_query_may_try_few_lenses_at_once(house: Served) -> None:
    many = " ".join(f'a{number}: tryLens(definition: "") {{ same }}' for number in range(9))
    assert house.refusal(f"{{ {many} }}")["code"] == "TOO_COSTLY"


@pytest.mark.parametrize("number", ["unobserved_below: 0.05", "unobserved_below: 0", "change_by: 0", "half_life_days: 36525"])
def test_however_little_a_lens_asks_for_it_comes_to_an_end(run: Run, tmp_path: Path, number: str) -> None:
    """What is halved again and again is never nothing, and here nothing else says that silence changes no more."""
    opening = line("open", "left_open", "relationship/lars", {"opening": "o", "about": "needs"}, "2021-06-01", perspective="a")
    assert run("import", "-", given=opening.decode()).code == 0
    (tmp_path / "one.yaml").write_text(f"name: one\nversion: '1'\n{number}\n")
    assert answer(run("lens", "try", str(tmp_path / "one.yaml"), "--json"))["relationships"] == 10


TENSE = "name: tense\nversion: '1'\nweights: {tension_strain: [0, 9, 0]}\n"
TRY_IN = """query($lens: String!) { research { tryLens(definition: $lens) {
    lens beside relationships among same phases { phase relationships } } } }"""


def tense(number: int) -> bytes:
    data = {"tension": "t", "kind": "strain"}
    return line(
        f"tense-{number}", "tension_felt", f"relationship/contact-{number}", data, "2021-05-20", perspective=f"{seeker(number)}-here"
    )


def test_a_researcher_tries_a_lens_on_a_project_and_is_told_what_their_own_readings_come_to(research: House) -> None:
    found = research.ask(TRY_IN, lens=WARM.replace("shared: [0, 0.2, 0]", "mood_light: [9, 0, 0]"))["tryLens"]
    lens = from_yaml(WARM.replace("shared: [0, 0.2, 0]", "mood_light: [9, 0, 0]").encode())
    research.record(line("warm", "lens_published", "lens/warm", {"version": "1", "definition": whole(lens)}, "2021-01-01"))
    query = '{ research { relationships { nodes { warm: trajectory(lens: "warm") { phase } own: trajectory { phase } } } } }'
    told = [(node["own"]["phase"], node["warm"]["phase"]) for node in research.ask(query)["relationships"]["nodes"]]
    assert {row["phase"]: row["relationships"] for row in found["phases"]} == Counter(warm[-1] for _, warm in told)
    assert all(own != warm for own, warm in told), "they do read differently"
    assert (found["lens"], found["beside"], found["relationships"], found["among"]) == ("warm@1", "evidence@1", 7, 7)
    assert found["same"] == 0


def test_no_lens_that_weighs_one_kind_of_event_tells_of_whom_too_few_had_it(research: House) -> None:
    base = research.ask(TRY_IN, lens=TENSE)["tryLens"]
    for number in range(4):
        research.record(tense(number))
        found = research.ask(TRY_IN, lens=TENSE)["tryLens"]
        assert (found["same"], found["phases"]) == (None, []), "of eight people, and of six others"
    for number in range(4, 7):
        research.record(tense(number))
    found = research.ask(TRY_IN, lens=TENSE)["tryLens"]
    assert base["same"] == 7
    assert found["same"] == 0, "the control: of all of them it is told"
    assert base["phases"] != found["phases"] == [{"phase": "FRIENDSHIP", "relationships": 7}]


def test_nothing_that_a_lens_is_laid_beside_tells_more_of_how_it_reads_itself(research: House) -> None:
    """Two tables of one lens with a side in common, taken off one another, would give back what each holds back."""
    assert research.refusal("""{ research { tryLens(definition: "", beside: "accounts") { same } } }""") == "BAD_INPUT"
    with research.organisation.questions.snapshot() as snapshot:
        told = snapshot.told([f"contact-{number}" for number in range(7)], None)
        cases = [case(id, one, snapshot.now) for id, one in told.items()]
    ways: list[Way] = [("evidence", EVIDENCE), ("accounts", EVIDENCE), ("warm", from_yaml(WARM.encode()))]
    people = [frozenset({f"{number}-a", f"{number}-b"}) for number in range(7)]
    for fewest in (0, 2, 4, 6, 10):
        found = [tried_together(cases, ways[0], way, ("", ""), 7, Enough(people, fewest), lambda: None) for way in ways]
        assert found[0].phases == found[1].phases == found[2].phases


def test_how_many_read_the_same_is_not_told_where_it_tells_of_few_in_a_phase(research: House) -> None:
    """Six read otherwise and five of them stand in friendship; so one is among the six that ended, and read otherwise before."""
    for number in range(7, 20):
        research.record(*somebody(volunteer(number), "research"), *somebody(seeker(number), "research"))
        research.record(*contact(f"contact-{number}", volunteer(number), seeker(number), "2021-03-08"))
    for number in range(5):
        research.record(tense(number))
    for number in range(14, 20):
        research.record(over(f"contact-{number}", "2021-05-25"))
    base = research.ask(TRY_IN, lens=TENSE)["tryLens"]
    assert base["same"] == 15, "the control: where none of these felt strained it is told"
    research.record(tense(14))
    found = research.ask(TRY_IN, lens=TENSE)["tryLens"]
    assert {row["phase"]: row["relationships"] for row in found["phases"]} == {"HELP": 9, "FRIENDSHIP": 5, "ENDED": 6}
    assert found["phases"] == base["phases"]
    assert found["same"] is None


def test_a_project_tries_so_many_different_lenses_a_day(research: House) -> None:
    lenses = [HASTY.format(number, 10) for number in range(MOST_TRIES + 1)]
    for lens in (*lenses[:-1], lenses[0]):
        research.ask(TRY_IN, lens=lens)
    assert research.refusal(TRY_IN, lens=lenses[-1]) == "RATE_LIMITED"
    assert research.ask(TRY_IN, lens=lenses[3])["tryLens"] is not None, "one of these again"
    research.project("other")
    assert research.ask(TRY_IN, "other", lens=lenses[-1])["tryLens"] is not None
    research.clock.now += DAY
    assert research.ask(TRY_IN, lens=lenses[-1])["tryLens"] is not None


def test_no_more_is_weighed_for_a_trial_than_may_be(research: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trying, "WORK", 10)
    assert research.refusal(TRY_IN, lens=WARM) == "TOO_COSTLY"


def test_a_researcher_tries_nothing_beside_what_the_project_is_bound_to_and_no_bad_lens(research: House) -> None:
    assert research.refusal(TRY_IN, lens="name: warm\nversion: '1'\nweights: {mood_happy: [1, 0, 0]}\n") == "BAD_INPUT"
    (error,) = research.answer(TRY_IN, lens="weights: [")["errors"]
    assert "This is no lens definition" in error["message"]
    research.project("few", initiatives=["home-two"])
    assert research.ask(TRY_IN, "few", lens=WARM)["tryLens"] is None
    research.project("bound", lenses=["evidence@1"])
    assert research.refusal(TRY_IN, "bound", lens=WARM) == "FORBIDDEN"
    for role in ("coordinator", "dashboard", "administrator"):
        (refusal,) = research.served.answer(TRY_IN, research.who(role), lens=WARM)["errors"]
        assert refusal["extensions"]["code"] == "FORBIDDEN", role


@pytest.mark.parametrize("query", ["sensitivity(draws: 1) { draws }", "tryLens(definition: \"{name: one, version: '1'}\") { same }"])
def test_whoever_is_looked_at_for_it_finds_so_in_the_log_of_who_looked(research: House, query: str) -> None:
    research.ask(f"{{ research {{ {query} }} }}")
    query = '{ audit { accessLog(relationship: "contact-0") { nodes { role kinds } } } }'
    assert {"role": "researcher", "kinds": ["voices"]} in research.served.ask(query)["audit"]["accessLog"]["nodes"]


# Versions


def test_every_version_of_a_lens_can_be_asked_again_wherever_a_lens_is_named(run: Run, tmp_path: Path) -> None:
    asked = [
        ("reading", "mahmut", "--at", "2021-06-01", "--json"),
        ("trajectory", "mahmut", "--json"),
        ("moves", "mahmut", "--json"),
        ("moves", "--first", "1000", "--json"),
        ("moves", "--initiative", "language-buddies", "--now", "unobserved", "--json"),
        ("moves", "--holder", "a", "--json"),
        ("list", "--phase", "unobserved", "--at", "2021-06-01", "--json"),
        ("list", "--phase", "ambiguity", "--at", "2022-06-01", "--running", "--json"),
    ]
    published(run, tmp_path, "1", 20)
    before = [answer(run(*said, "--lens", "hasty@1")) for said in asked]
    published(run, tmp_path, "2", 700)
    after = [answer(run(*said, "--lens", "hasty@1")) for said in asked]
    for one in (*before, *after):
        if "pageInfo" in one:  # Cursors of relationships say how far they were told.
            one["pageInfo"].pop("endCursor")
    assert after == before
    newest = [answer(run(*said, "--lens", "hasty")) for said in asked]
    assert sum(new != old for new, old in zip(newest, before, strict=True)) >= 6, "the two versions do read differently"


def test_pages_of_moves_of_an_older_version_hold_everything_once(run: Run, tmp_path: Path) -> None:
    published(run, tmp_path, "1", 20)
    published(run, tmp_path, "2", 700)
    whole = answer(run("moves", "--lens", "hasty@1", "--first", "1000", "--json"))["nodes"]
    found, after = [], []
    while True:
        page = answer(run("moves", "--lens", "hasty@1", "--first", "7", "--json", *after))
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = ["--after", page["pageInfo"]["endCursor"]]
    assert found == whole
    assert len(whole) > 14


def test_an_older_version_reads_no_more_at_once_than_it_may(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published(run, tmp_path, "1", 20)
    published(run, tmp_path, "2", 700)
    monkeypatch.setattr(older, "LIMIT", 3)
    assert "Narrow it" in refused(run("moves", "--lens", "hasty@1"))
    assert "Narrow it" in refused(run("list", "--phase", "help", "--lens", "hasty@1"))
    assert run("moves", "--lens", "hasty@1", "--initiative", "cycling-buddies").code == 0


def test_a_researcher_is_told_which_lenses_there_are_and_asks_for_an_older_version(research: House) -> None:

    def publish(version: str, days: int) -> None:
        lens = from_yaml(HASTY.format(version, days).encode())
        data = {"version": version, "definition": whole(lens)}
        event = {"specversion": "1.0", "id": f"hasty-{version}", "source": "urn:test", "type": "tussenruimte.lens_published.v1",
                 "subject": "lens/hasty", "occurred": "2021-01-01", "data": data}  # fmt: skip
        research.record(json.dumps(event).encode())

    publish("1", 10)
    before = research.ask(CITED)
    publish("2", 700)
    assert research.ask(CITED) == before
    assert before["relationships"]["nodes"][0]["trajectory"]["lensVersion"] == "1"
    assert before != json.loads(json.dumps(research.ask(CITED.replace("hasty@1", "hasty"))))
    told = [(lens["name"], lens["version"]) for lens in research.ask(LENSES)["lenses"]]
    assert told == [("evidence", "1"), ("hasty", "1"), ("hasty", "2"), ("accounts", "1")]


@pytest.mark.parametrize(
    "text",
    [
        "name: !!bool foo",
        'name: !!int ""',
        "name: !!timestamp foo",
        "name: &name warm\nversion: *name",
        "a0: &a0 {k: 1}\na1: {<<: [*a0, *a0]}",
        "name: [",
        "name: 2024-02-31",
        "name: " + "x" * 70_000,
        "\x00",
        "- 1",
    ],
)
def test_whatever_stands_in_a_file_is_a_lens_or_refused_in_words(text: str) -> None:
    with pytest.raises(Refused):
        from_yaml(text.encode())


def test_no_lens_grows_by_naming_itself() -> None:
    """A few lines of anchors would be gone through for minutes, each ten times as long as the one before."""
    lines = ["a0: &a0 {k: 1}", *(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 30))]
    with pytest.raises(Refused, match="anchors"):
        from_yaml("\n".join(lines).encode())
