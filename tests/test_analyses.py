"""A researcher has their project analysed: the numbers are those of its trajectories, of enough people, as long as these consent."""

from collections.abc import Iterator
from threading import Barrier, Lock
from typing import Any

import numpy as np
import pytest
from analysed import ANALYSED, analysed_house
from research_house import WHO, House, began, consent, seeker, somebody, volunteer
from sent_lines import line
from store_places import Databases, Files, Place

from domain.model.roles import Role
from domain.model.time import DAY, day, iso_day
from domain.store.accesses import viewed_by
from projections.research.distances import constant_costs, optimal_matching
from projections.research.indicators import indicators
from projections.research.sequences import ALPHABET, OVER, Sequences
from projections.research.states import distribution
from projections.research.survival import kaplan_meier, waits
from projections.research.transitions import rates, transitions
from projections.research.typical import grouped
from projections.views import analyses
from projections.views.accesses import access_page


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if request.param == "sqlite":
        place: Place = Files(tmp_path_factory.mktemp("house") / "events.db")
    else:
        place = Databases(request.getfixturevalue("postgres"))
    with analysed_house(place) as house:
        yield house


@pytest.fixture
def own(place: Place) -> Iterator[House]:
    """A house that a test may change."""
    with analysed_house(place) as house:
        yield house


def asked(house: House, query: str, **variables: Any) -> Any:
    return house.ask(f"query {{ research {{ analyses {{ {query} }} }} }}", **variables)["analyses"]


def followed(house: House) -> Sequences:
    """What the project's trajectories say."""
    nodes = house.ask("{ research { relationships(first: 100) { nodes { pseudonym censoring trajectory { phase } } } } }")["relationships"][
        "nodes"
    ]
    lengths = np.array([len(node["trajectory"]["phase"]) for node in nodes])
    states = np.full((len(nodes), lengths.max()), OVER, dtype=np.int8)
    for row, node in zip(states, nodes, strict=True):
        row[: len(node["trajectory"]["phase"])] = [ALPHABET.index(phase) for phase in node["trajectory"]["phase"]]
    return Sequences(
        tuple(node["pseudonym"] for node in nodes), states, lengths, tuple(node["censoring"] for node in nodes), 1, "evidence@1"
    )


def near(numbers: Any) -> Any:
    return pytest.approx(numbers, abs=6e-5)


def test_what_is_answered_is_worked_out_from_the_trajectories_that_are_told(house: House) -> None:
    told, found = house.ask(ANALYSED)["analyses"], followed(house)
    assert {(one["relationships"], one["withheld"]) for name, one in told.items() if name != "around"} == {(11, None)}
    weeks = distribution(found)
    assert [row["counts"] for row in told["states"]["rows"]] == weeks.counts[: len(told["states"]["rows"])].tolist()
    assert [row["entropy"] for row in told["states"]["rows"]] == near(weeks.entropy[: len(told["states"]["rows"])].tolist())
    counts = transitions(found)
    for row in told["transitions"]["rows"]:
        state = ALPHABET.index(row["was"])
        assert (row["counts"], row["rates"]) == (counts[state].tolist(), near(rates(counts)[state].tolist()))
    each = indicators(found)
    assert [one["relationship"] for one in told["indicators"]["each"]] == list(found.names)
    assert [one["turbulence"] for one in told["indicators"]["each"]] == near(each.turbulence.tolist())
    assert told["indicators"]["means"]["complexity"] == near(each.complexity.mean())
    curve = kaplan_meier(waits(found, ALPHABET.index("FRIENDSHIP")))
    assert [row["atRisk"] for row in told["timeTo"]["rows"]] == curve.at_risk[: len(told["timeTo"]["rows"])].tolist()
    compared = found.followed(20)
    groups = grouped(optimal_matching(compared, constant_costs()), 1)
    (typical,) = house.ask(ANALYSED, groups=1)["analyses"]["typical"]["groups"]
    assert (typical["medoid"], typical["relationships"]) == (compared.names[groups.medoids[0]], 11)
    assert typical["course"] == [ALPHABET[state] for state in compared.states[groups.medoids[0]]]


def test_two_questions_give_the_same_answer(house: House) -> None:
    assert house.ask(ANALYSED) == house.ask(ANALYSED)


def test_rows_stop_where_fewer_people_were_followed(house: House) -> None:
    rows, found = asked(house, "states { rows { week of } }")["states"]["rows"], followed(house)
    assert min(row["of"] for row in rows) >= 5, "of two people each"
    assert (found.lengths > rows[-1]["week"] + 1).sum() < 5
    waiting = asked(house, "timeTo(phase: FRIENDSHIP) { rows { atRisk } }")["timeTo"]["rows"]
    assert min(row["atRisk"] for row in waiting) >= 5


def test_groups_of_too_few_are_held_back_with_those_that_would_give_them_away(house: House) -> None:
    found = asked(house, "typical(groups: 11, weeks: 20) { groups { relationships medoid course each withheld } }")["typical"]["groups"]
    nothing = {"relationships": None, "medoid": None, "course": None, "each": None, "withheld": "TOO_FEW"}
    assert found == [nothing] * 11
    two = asked(house, "typical(groups: 2, weeks: 20) { groups { relationships } }")["typical"]["groups"]
    assert [group["relationships"] for group in two] in ([6, 5], [None, None])


def test_more_groups_than_relationships_are_told_as_that_but_not_of_too_few_people(house: House) -> None:
    fields = "{ withheld relationships groups { relationships } }"
    nothing = {"relationships": None, "groups": []}
    assert asked(house, f"typical(groups: 12, weeks: 20) {fields}")["typical"] == {**nothing, "withheld": "FEWER_THAN_GROUPS"}
    longest = int(followed(house).lengths.max())
    assert asked(house, f"typical(groups: 12, weeks: {longest - 3}) {fields}")["typical"] == {**nothing, "withheld": "TOO_FEW"}


def test_a_row_of_too_few_is_held_back_with_the_next(house: House) -> None:
    rows = asked(house, 'compare(otherLens: "accounts") { rows { phase of counts withheld } }')["compare"]["rows"]
    assert [(row["phase"], row["withheld"]) for row in rows] == [("HELP", None), ("AMBIGUITY", "TOO_FEW"), ("ENDED", "TOO_FEW")]
    assert all(row["of"] is row["counts"] is None for row in rows[1:])


def test_weeks_around_something_are_of_those_in_whom_it_happened(house: House) -> None:
    found = asked(house, "around(event: ROLES_REVERSED, reach: 3) { relationships persons rows { week of } }")["around"]
    assert (found["relationships"], found["persons"]) == (6, 12)
    assert [row["week"] for row in found["rows"]] == [-3, -2, -1, 0, 1, 2, 3]
    far = asked(house, "around(event: ROLES_REVERSED, reach: 12) { rows { week of counts withheld } }")["around"]["rows"]
    assert far[0] == {"week": -12, "of": None, "counts": None, "withheld": "TOO_FEW"}, "before any of them had begun"
    assert {row["of"] for row in far} == {6, None}
    of_few = asked(house, "around(event: TERM_LEFT_OPEN) { relationships persons points withheld rows { week } }")["around"]
    assert of_few == {"relationships": None, "persons": None, "points": None, "withheld": "TOO_FEW", "rows": []}


def test_no_two_rows_around_something_and_no_two_reaches_differ_by_one_relationship(own: House) -> None:
    later = iso_day(day(began(9)) + 31 * DAY)
    handles = [f"{volunteer(9)}-here", f"{seeker(9)}-here"]
    own.record(line("late", "roles_reversed", "relationship/contact-9", {"reversal": "x", "between": handles}, later))
    sizes = set()
    for reach in range(1, 16):
        rows = asked(own, f"around(event: ROLES_REVERSED, reach: {reach}) {{ rows {{ week of }} }}")["around"]["rows"]
        (size,) = {row["of"] for row in rows} - {None}
        sizes.add(size)
    assert sizes == {7}, "the one in which it came four weeks after the start takes further rows along"


def test_who_lacks_a_reading_around_something_does_not_follow_from_the_others(own: House) -> None:
    query = 'around(event: ROLES_REVERSED, reach: 3, holder: "gives") { relationships withheld }'
    assert asked(own, query)["around"] == {"relationships": 6, "withheld": None}
    for number in (0, 7):
        own.record(*somebody(f"third-{number}", "research"))
        member = {"handle": "third-here", "participant": f"third-{number}", "roles": ["volunteer"]}
        own.record(line(f"joined-{number}", "member_joined", f"relationship/contact-{number}", member, began(11)))
    assert asked(own, 'states(holder: "gives") { relationships }')["states"]["relationships"] == 9, "two have no one member on that side"
    assert asked(own, "around(event: ROLES_REVERSED, reach: 3) { relationships }")["around"]["relationships"] == 6
    assert asked(own, query)["around"] == {"relationships": None, "withheld": "TOO_FEW"}, "five of the six, and it would be seen which"


def test_a_larger_step_begins_when_it_had_happened(own: House) -> None:
    """In the fifth week of four: at the fourth it had not happened, nor had what was said in the sixth."""
    for number in range(6, 10):
        handles, on = [f"{volunteer(number)}-here", f"{seeker(number)}-here"], iso_day(day(began(number)) + 38 * DAY)
        reversal = {"reversal": "x", "between": handles}
        own.record(line(f"reversed-{number}", "roles_reversed", f"relationship/contact-{number}", reversal, on))
    query = 'around(event: ROLES_REVERSED, reach: 1, stepWeeks: 4, lens: "accounts") { phases rows { week of counts } }'
    found = asked(own, query)["around"]
    at = {row["week"]: row for row in found["rows"]}
    assert (list(at), at[0]["of"]) == ([-4, 0, 4], 10)
    assert at[0]["counts"][found["phases"].index("FRIENDSHIP")] == 10


def test_who_was_not_followed_for_long_enough_is_left_out_and_counted(house: House) -> None:
    longest = int(followed(house).lengths.max())
    found = asked(house, f"typical(groups: 1, weeks: {longest - 3}) {{ relationships leftOut withheld }}")["typical"]
    assert found == {"relationships": None, "leftOut": None, "withheld": "TOO_FEW"}
    found = asked(house, "typical(groups: 1, weeks: 20) { relationships leftOut }")["typical"]
    assert found == {"relationships": 11, "leftOut": 0}, "one ended before, and stays ended"


def test_two_members_are_compared_by_the_side_on_which_they_stand(house: House) -> None:
    two = 'lens: "accounts", holder: "gives", otherLens: "accounts", otherHolder: "receives"'
    found = asked(house, f"compare({two}) {{ holder otherHolder relationships share }}")["compare"]
    assert (found["holder"], found["otherHolder"], found["relationships"]) == ("gives", "receives", 11)
    assert 0 <= found["share"] < 1, "only one of the two said something"


def test_a_reading_is_not_compared_with_itself(house: House) -> None:
    for same in ("", '(otherLens: "evidence@1")', '(holder: "gives", otherHolder: "gives")'):
        answer = house.answer(f"{{ research {{ analyses {{ compare{same} {{ share }} }} }} }}")
        assert "Both readings are the same" in answer["errors"][0]["message"]
    assert asked(house, 'compare(otherHolder: "gives") { relationships }')["compare"]["relationships"] == 11


def test_own_costs_are_used_and_told(house: House) -> None:
    own = "[[0, 1, 1, 1, 1], [1, 0, 1, 1, 1], [1, 1, 0, 1, 1], [1, 1, 1, 0, 1], [1, 1, 1, 1, 0]]"
    query = f"typical(groups: 1, weeks: 20, costs: GIVEN, substitution: {own}, indel: 3) {{ substitution indel }}"
    found = asked(house, query)["typical"]
    assert (found["substitution"][0], found["indel"]) == ([0, 1, 1, 1, 1], 3)
    common = asked(house, "typical(groups: 1, weeks: 20, measure: LCS) { substitution indel }")["typical"]
    assert common == {"substitution": None, "indel": None}


@pytest.mark.parametrize(
    "query",
    [
        "typical(groups: 0, weeks: 20)",
        "typical(groups: 21, weeks: 20)",
        "typical(groups: 2, weeks: 0)",
        "typical(groups: 2, weeks: 261)",
        "typical(groups: 2, weeks: 20, indel: 0)",
        "typical(groups: 2, weeks: 20, costs: GIVEN)",
        "typical(groups: 2, weeks: 20, substitution: [[0]])",
        "typical(groups: 2, weeks: 20, costs: GIVEN, substitution: [[0, 1], [1, 0]])",
        "around(event: ROLES_REVERSED, reach: 0)",
        "around(event: ROLES_REVERSED, reach: 105)",
        "states(stepWeeks: 0)",
        "typical(groups: 2, weeks: 10, stepWeeks: 0)",
        "typical(groups: 2, weeks: 10, stepWeeks: -1)",
        "around(event: ROLES_REVERSED, reach: 3, stepWeeks: 0)",
        "typical(groups: 2, weeks: 20, indel: 1e308)",
        "typical(groups: 2, weeks: 20, costs: GIVEN, substitution: [[0, 1e7, 1, 1, 1], [1e7, 0, 1, 1, 1], [1, 1, 0, 1, 1],"
        " [1, 1, 1, 0, 1], [1, 1, 1, 1, 0]])",
        'states(holder: "somebody")',
        'compare(otherHolder: "somebody")',
    ],
)
def test_what_cannot_be_analysed_is_refused(house: House, query: str) -> None:
    assert house.refusal(f"{{ research {{ analyses {{ {query} {{ withheld }} }} }} }}") == "BAD_INPUT"


def test_too_many_to_be_compared_with_one_another_are_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analyses, "MOST_COMPARED", 10)
    assert house.refusal("{ research { analyses { typical(groups: 2, weeks: 20) { withheld } } } }") == "TOO_COSTLY"


def test_an_analysis_counts_what_it_looks_at(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    points = asked(house, "states { points }")["states"]["points"]
    monkeypatch.setattr("api.context.POINTS", 2 * points)
    asked(house, "states { points } transitions { points }")
    assert house.refusal("{ research { analyses { a: states { points } b: states { points } c: states { points } } } }") == "TOO_COSTLY"


def test_a_withdrawal_takes_the_relationship_out_of_every_analysis(own: House) -> None:
    out = own.called("contact-3")
    assert out in str(own.ask(ANALYSED, groups=1))
    own.record(consent(seeker(3), way="withdrawn", occurred="2021-12-01"))
    found = own.ask(ANALYSED, groups=1)
    assert out not in str(found)
    assert {one["relationships"] for name, one in found["analyses"].items() if name != "around"} == {10}
    assert found["analyses"]["around"]["relationships"] == 5


def test_of_a_project_of_too_few_nothing_is_worked_out(own: House) -> None:
    for number in range(7):
        own.record(consent(volunteer(number), way="withdrawn", occurred="2021-12-01"))
    for name, found in own.ask(ANALYSED)["analyses"].items():
        assert (found["withheld"], found["relationships"], found["persons"], found["points"]) == ("TOO_FEW", None, None, None), name
        lists = [value for key, value in found.items() if isinstance(value, list) and key not in ("phases", "substitution")]
        assert not any(lists), name


def test_who_was_analysed_finds_it_in_the_log_of_who_looked(own: House) -> None:
    asked(own, "states { withheld }")
    with viewed_by(WHO):
        page = access_page(own.organisation.store, 100, None, participant=seeker(0))
    told = {(one.role, one.place, kind) for one in page.nodes for kind in one.kinds}
    assert told >= {("researcher", "relationship/contact-0", kind) for kind in ("members", "voices")}


def test_one_question_asks_for_all_analyses_and_not_for_thirty(house: House) -> None:
    many = " ".join(f"a{number}: typical(groups: 2, weeks: 20) {{ silhouette }}" for number in range(20))
    assert house.answer(ANALYSED)["extensions"]["cost"]["requested"] < 100_000
    assert house.refusal(f"{{ research {{ analyses {{ {many} }} }} }}") == "TOO_COSTLY"
    spread = "{ research { analyses { ...many } } } fragment many on Analyses { " + many + " }"
    assert house.refusal(spread) == "TOO_COSTLY"


def test_few_analyses_are_worked_out_at_a_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    at_work, most, lock = 0, 0, Lock()
    states = analyses.Analyses.states
    two = Barrier(2)

    def watched(*asked: Any) -> Any:
        nonlocal at_work, most
        with lock:
            at_work, most = at_work + 1, max(most, at_work + 1)
        two.wait(30)
        try:
            return states(*asked)
        finally:
            with lock:
                at_work -= 1

    monkeypatch.setattr(analyses.Analyses, "states", watched)
    asked(house, " ".join(f"a{number}: states {{ points }}" for number in range(6)))
    assert most == 2


@pytest.mark.parametrize("role", ["coordinator", "auditor", "administrator", "dashboard"])
def test_only_who_does_research_may_ask(house: House, role: Role) -> None:
    answer = house.served.answer("{ research { analyses { states { withheld } } } }", house.who(role))
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
