"""How much what a lens concludes hangs on its numbers: by a seed and one by one, as a lens with such a number reads; of enough people."""

from pathlib import Path

import pytest
from command_line import Run, answer, refused
from msgspec.structs import replace
from research_house import LENSES, House, seeker, volunteer
from sent_lines import account, line
from served import Served
from test_coding import coded

from domain.model.errors import Refused
from domain.model.lens import EVIDENCE, WEIGHTS
from projections.research.cases import WORK, case, read
from projections.research.sensitivity import BOUNDS, moved, numbers, swept
from projections.views import research as asking


def test_the_same_seed_has_the_same_answer_and_another_seed_another(run: Run) -> None:
    said = ("lens", "sensitivity", "evidence", "--draws", "8", "--json")
    first, again, other = (answer(run(*said, "--seed", seed)) for seed in "778")
    assert first == again
    assert {**first, "seed": 8} != other


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            [
                "What the lens concludes with its own numbers, and the least and the most that it came to in these 3 times:"
                " counted own numbers least most",
                "moves, of all together",
                "help: relationships at the last",
                "help: weeks of one, on average",
                "Moved alone by 25%, up and down: what share of all weeks reads otherwise at the most, and the number of moves that is"
                " furthest from the lens's own. Numbers of the lens that change nothing are left out. number weeks otherwise moves",
            ],
        ),
        (
            "nl",
            [
                "Wat de lens met de eigen getallen concludeert, en het minste en het meeste dat het in deze 3 keer werd:"
                " geteld eigen getallen minst meest",
                "bewegingen, van alle samen",
                "hulp: relaties op het laatst",
                "hulp: weken van een, gemiddeld",
                "Alleen verschoven met 25%, omhoog en omlaag: welk deel van alle weken hoogstens anders leest, en het aantal bewegingen dat"
                " het verst van dat van de lens zelf ligt. Getallen van de lens die niets veranderen staan er niet bij. getal weken anders"
                " bewegingen",
            ],
        ),
    ],
)
def test_a_sentence_before_each_table_says_what_stands_in_it(run: Run, language: str, said: list[str]) -> None:
    done = run("lens", "sensitivity", "evidence", "--draws", "3", "--language", language)
    shown = " ".join(done.out.replace("─", "").split())
    assert [sentence for sentence in said if sentence not in shown] == []


def test_nothing_hangs_on_weights_that_hardly_move(run: Run) -> None:
    found = answer(run("lens", "sensitivity", "evidence", "--spread", "0.0000001", "--draws", "3", "--json"))
    assert (found["otherwise"], found["otherwiseMost"], found["weights"]) == (0, 0, [])
    for one in (found["moves"], *(row[name] for row in found["phases"] for name in ("relationships", "weeks"))):
        assert one["base"] == one["least"] == one["most"]


def test_the_lens_itself_is_told_as_it_reads(run: Run) -> None:
    found = answer(run("lens", "sensitivity", "evidence", "--draws", "1", "--json"))
    moves = answer(run("moves", "--first", "1000", "--json"))["nodes"]
    assert found["moves"]["base"] == len(moves)
    for row in found["phases"]:
        stand = answer(run("list", "--phase", row["phase"].lower(), "--json"))["nodes"]
        assert row["relationships"]["base"] == len(stand)


def test_a_weight_that_is_moved_alone_changes_what_another_lens_with_it_would(run: Run, tmp_path: Path) -> None:
    """Against the lens written out as a file and laid beside the one that it was."""
    found = answer(run("lens", "sensitivity", "evidence", "--spread", "0.25", "--draws", "1", "--json"))
    most = next(row for row in found["weights"] if row["weight"] in WEIGHTS)
    shares = []
    for factor in (0.75, 1.25):
        weight = [part * factor for part in WEIGHTS[most["weight"]]]
        (tmp_path / "one.yaml").write_text(f"name: one\nversion: '1'\nweights: {{{most['weight']}: {weight}}}\n")
        phases = answer(run("lens", "try", str(tmp_path / "one.yaml"), "--json"))["phases"]
        weeks = sum(row["weeks"] for row in phases)
        shares.append(sum(row["weeks"] for row in phases if row["beside"] != row["tried"]) / weeks)
    assert most["otherwise"] == round(max(shares), 4) > 0


@pytest.mark.parametrize("name", ["half_life_days", "unobserved_below", "change_by", "agreed_openness"])
def test_the_half_life_and_the_thresholds_are_moved_as_weights_are(run: Run, tmp_path: Path, name: str) -> None:
    found = answer(run("lens", "sensitivity", "evidence", "--spread", "0.5", "--draws", "1", "--json"))
    rows = {row["weight"]: row for row in found["weights"]}
    shares = []
    for factor in (0.5, 1.5):
        (tmp_path / "one.yaml").write_text(f"name: one\nversion: '1'\n{name}: {getattr(EVIDENCE, name) * factor}\n")
        phases = answer(run("lens", "try", str(tmp_path / "one.yaml"), "--json"))["phases"]
        weeks = sum(row["weeks"] for row in phases)
        shares.append(sum(row["weeks"] for row in phases if row["beside"] != row["tried"]) / weeks)
    assert rows[name]["otherwise"] == round(max(shares), 4) > 0


def test_a_lens_that_weighs_codes_is_swept_with_them(run: Run, tmp_path: Path) -> None:
    said = account("said", "lars", "a", "2021-06-01")
    codes = [coded(code, "said", code, stream="lars", on="2021-06-02") for code in ("company", "weather")]
    assert run("import", "-", given=b"\n".join([said, *codes]).decode()).code == 0
    (tmp_path / "coding.yaml").write_text("name: coding\nversion: '1'\ncodes: {company: [0, 2, 0], weather: [0, 0, 0], idle: [1, 0, 0]}\n")
    assert run("lens", "add", str(tmp_path / "coding.yaml")).code == 0
    found = answer(run("lens", "sensitivity", "coding", "--spread", "1", "--draws", "2", "--json"))
    (row,) = [row for row in found["weights"] if row["weight"].startswith("codes.")]
    assert row["weight"] == "codes.company"
    assert row["otherwise"] > 0


def test_numbers_are_moved_within_what_they_may_be() -> None:
    """A half-life of nothing divides by it, and where nothing counts as unobserved, or any change counts, no silence comes to an end."""
    found = numbers(replace(EVIDENCE, codes={"company": (0, 1, 0), "weather": (0, 0, 0)}, change_by=0.0))
    assert found[-4:] == ["codes.company", "half_life_days", "unobserved_below", "agreed_openness"]
    least = moved(EVIDENCE, dict.fromkeys(BOUNDS, 0.0))
    assert (least.half_life_days, least.unobserved_below, least.change_by, least.agreed_openness) == (1, 0.001, 0.001, 0.001)
    most = moved(replace(EVIDENCE, half_life_days=30_000.0, change_by=0.9), dict.fromkeys(BOUNDS, 2.0))
    assert (most.half_life_days, most.unobserved_below, most.change_by, most.agreed_openness) == (36_525, 0.5, 1, 1)
    assert moved(replace(EVIDENCE, half_life_days=0.5), {"half_life_days": 0.5}).half_life_days == 0.5


def test_a_weight_of_nothing_stays_nothing_and_others_keep_their_proportions() -> None:
    lens = moved(EVIDENCE, {"account_both": 1.5, "agreed_naming_agreed": 2.0})
    assert lens.weight("account_both") == pytest.approx((0.6, 0.6, 1.2))
    assert lens.weight("agreed_naming_agreed") == (0, 0, 0)
    assert replace(lens, weights={}) == EVIDENCE


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (("accounts",), "has no weights"),
        (("evidence", "--draws", "0"), "1 to 200 times"),
        (("evidence", "--draws", "201"), "1 to 200 times"),
        (("evidence", "--spread", "0"), "more than 0"),
        (("evidence", "--spread", "1.01"), "more than 0"),
        (("evidence", "--spread", "nan"), "more than 0"),
        (("pink",), "no lens 'pink'"),
    ],
)
def test_what_cannot_be_moved_is_told(run: Run, said: tuple[str, ...], told: str) -> None:
    assert told in refused(run("lens", "sensitivity", *said))


def test_more_is_not_weighed_than_may_be(house: Served) -> None:
    with house.organisation.questions.snapshot() as snapshot:
        cases = [case(id, told, snapshot.now) for id, told in snapshot.told(["lars", "mahmut"], None).items()]
        many = cases * (WORK // (150 * sum(len(one.told.steps) for one in cases)) + 1)
        with pytest.raises(Refused) as refusal:
            swept(many, EVIDENCE, 0.25, 200, 1, len(many), lambda: None, lambda _: True)
        assert refusal.value.refusal.rule == "lens_sweep"
        assert read(cases[0], ("evidence", EVIDENCE)).phases


def test_a_researcher_is_told_what_hangs_on_the_weights_of_a_project_of_enough_people(research: House) -> None:
    found = research.ask(LENSES)["sensitivity"]
    assert (found["relationships"], found["among"]) == (7, 7)
    phases = [phase for node in research.nodes() for phase in node["trajectory"]["phase"]]
    for row in found["phases"]:
        assert row["weeks"]["base"] == round(phases.count(row["phase"]) / 7, 2)
    assert research.ask(LENSES)["sensitivity"] == found
    research.project("few", initiatives=["home-two"])
    assert research.ask(LENSES, "few")["sensitivity"] is None
    assert research.refusal('{ research { sensitivity(lens: "accounts") { draws } } }') == "BAD_INPUT"
    for role in ("coordinator", "dashboard", "administrator"):
        (error, *_) = research.served.answer(LENSES, research.who(role))["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN", role


def test_no_seed_takes_another_relationship_and_no_weight_is_told_that_is_of_few(research: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two seeds, or a weight that changes one reading, would tell what stands in that one."""
    handles = [f"{volunteer(0)}-here", f"{seeker(0)}-here"]
    reversal = {"reversal": "x", "between": handles}
    research.record(line("turned", "roles_reversed", "relationship/contact-0", reversal, "2021-03-20"))
    query = "query($seed: Int) { research { sensitivity(spread: 1, draws: 3, seed: $seed) { relationships weights { weight } moves { base }"
    query += " phases { weeks { base } } } } }"
    told = research.ask(query, seed=1)["sensitivity"]["weights"]
    assert "roles_reversed" not in [one["weight"] for one in told]
    assert told, "what is of enough stands"
    monkeypatch.setattr(asking, "MOST_SWEPT", 6)
    found = [research.ask(query, seed=seed)["sensitivity"] for seed in range(8)]
    bases = [(one["relationships"], one["moves"]["base"], *(row["weeks"]["base"] for row in one["phases"])) for one in found]
    assert set(bases) == {bases[0]}
    assert bases[0][0] == 6
    monkeypatch.setattr(asking, "MOST_SWEPT", 4)
    assert research.ask(query, seed=1)["sensitivity"] is None, "eight people"
