"""What the analyses of sequences come to, against numbers that others worked out from the same sequences, and against their definitions.

Unless it says otherwise, numbers are those of Sequenzo 0.1.42 (a port of TraMineR to Python) for `WORDS`, with all five states in its
alphabet; for unequal lengths, those of each sequence alone.
"""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sequence_rows import LETTERS, sequences, words

from projections.research import kernels
from projections.research.around import aligned, followed
from projections.research.comparison import agreement, crossed, differing_since
from projections.research.distances import (
    Costs,
    constant_costs,
    given_costs,
    hamming,
    longest_common_subsequence,
    optimal_matching,
    rate_costs,
)
from projections.research.enough import Enough
from projections.research.indicators import indicators
from projections.research.states import distribution, times
from projections.research.survival import kaplan_meier, waits
from projections.research.transitions import leaving, rates, transitions
from projections.research.typical import grouped, silhouettes

WORDS = (
    "UUHHHHAAFF", "HHHHHHHHHH", "HAHAHAHAHA", "UHHAAFFFFF", "HHHHAAAAHE", "FFFFAFFFFF", "UUUUUUUHHH", "AAAAHHFFAA", "HHHHHHAAAA",
    "UHAFEEEEEE",
)  # fmt: skip
UNEQUAL = ("UUHHHHAAFF", "HHHH", "HAHAHAHAHA", "UHHAAFFF", "HHHHAAAE", "UUUUUUUHHH", "AAAAHHF", "HHHHHHAAAA", "UHAFE")
PLAIN, FASTEST = kernels.plain(), kernels.fastest()
SOME = st.lists(st.text(LETTERS, max_size=9), min_size=1, max_size=12)


def near(numbers: object) -> object:
    return pytest.approx(numbers, abs=1e-9)


def test_the_states_of_each_week_are_as_varied_as_they_are_for_others() -> None:
    found = distribution(sequences(WORDS))
    expected = [0.741594, 0.758406, 0.676572, 0.795218, 0.725895, 0.913865, 0.934978, 0.795218, 0.795218, 0.848842]
    assert found.entropy.tolist() == pytest.approx(expected, abs=1e-6)
    assert found.counts[0].tolist() == [4, 4, 1, 1, 0]
    assert times(sequences(WORDS)).mean(axis=0).tolist() == near([1.1, 3.8, 1.9, 2.5, 0.7])


def test_a_week_is_of_those_who_were_followed_in_it() -> None:
    found = distribution(sequences(["HHF", "H", "FE"]))
    assert found.counts.sum(axis=1).tolist() == [3, 2, 1]
    assert found.entropy[2] == 0


def test_states_that_follow_on_each_other_more_often_are_less_unlike() -> None:
    counts = transitions(sequences(WORDS))
    assert counts.sum() == 9 * len(WORDS)
    assert rates(counts).sum(axis=1).tolist() == near([1] * 5)
    expected = [
        [0, 18 / 11, 2, 2, 2],
        [18 / 11, 0, 71 / 36, 287 / 198, 71 / 36],
        [2, 71 / 36, 0, 149 / 88, 31 / 16],
        [2, 287 / 198, 149 / 88, 0, 2],
        [2, 71 / 36, 31 / 16, 2, 0],
    ]
    found = rate_costs(sequences(WORDS))
    assert found.indel == 1.0
    for row, numbers in zip(found.substitution.tolist(), expected, strict=True):
        assert row == near(numbers)


def test_nothing_follows_on_the_last_week_of_a_sequence() -> None:
    found = sequences(["HF", "H"])
    assert transitions(found).sum() == 1
    assert leaving(found).tolist() == [[False, True, False, False, False], [False] * 5]


def test_indicators_of_sequences_are_what_they_are_for_others() -> None:
    found = indicators(sequences(WORDS))
    assert found.turbulence.tolist() == near(
        [6.1468413883, 1.0, 7.8579809951, 5.2537565922, 5.0611115143, 4.4195388915, 3.7655347464, 6.0537319839, 5.0874628413, 5.0]
    )
    assert found.complexity.tolist() == near(
        [0.5252711607, 0, 0.6562595204, 0.5027941709, 0.4420163314, 0.2118623285, 0.2053591248, 0.4436350915, 0.2155524324, 0.5822206174]
    )
    assert found.entropy.tolist() == near(
        [0.8277293768, 0, 0.4306765581, 0.7584059348, 0.5861353116, 0.201985408, 0.3795513311, 0.5904362833, 0.4181656601, 0.7627069065]
    )
    assert found.transitions.tolist() == [3, 0, 9, 3, 3, 2, 1, 3, 1, 4]


def test_indicators_of_unequal_lengths_are_those_of_each_sequence_alone() -> None:
    found = indicators(sequences(UNEQUAL))
    assert found.turbulence.tolist() == near(
        [6.1468413883, 1.0, 7.8579809951, 5.4150374993, 4.3590810933, 3.7655347464, 3.8339900486, 5.0874628413, 5.0]
    )
    assert found.complexity.tolist() == near(
        [0.5252711607, 0, 0.6562595204, 0.593072173, 0.4158900243, 0.2053591248, 0.4449006366, 0.2155524324, 1.0]
    )
    assert found.entropy.tolist() == near(
        [0.8277293768, 0, 0.4306765581, 0.8207140723, 0.6053757932, 0.3795513311, 0.5938097293, 0.4181656601, 1.0]
    )


def test_of_a_sequence_without_a_week_all_indicators_are_nothing() -> None:
    found = indicators(sequences(["", "H"]))
    assert (found.turbulence.tolist(), found.complexity.tolist(), found.entropy.tolist()) == ([0, 1], [0, 0], [0, 0])


@given(st.text(LETTERS, min_size=1, max_size=8))
def test_turbulence_counts_the_distinct_subsequences_of_what_was_gone_through(word: str) -> None:
    passed = [letter for place, letter in enumerate(word) if word[place - 1 : place] != letter]
    distinct = {chosen for size in range(len(passed) + 1) for chosen in combinations(passed, size)}
    spells = [
        len(spell)
        for spell in "".join(letter if word[p - 1 : p] == letter or not p else f" {letter}" for p, letter in enumerate(word)).split()
    ]
    mean = np.mean(spells)
    expected = np.log2(len(distinct) * ((len(spells) - 1) * (1 - mean) ** 2 + 1) / (np.var(spells) + 1))
    assert indicators(sequences([word])).turbulence[0] == near(expected)


@pytest.mark.parametrize("with_", [PLAIN, FASTEST], ids=["plain", "fastest"])
def test_distances_are_what_they_are_for_others(with_: kernels.Kernels) -> None:
    found = sequences(WORDS)
    by_rates = optimal_matching(found, rate_costs(found), with_)
    first = [0, 10.1161616162, 8, 6, 7.3863636364, 13.5820707071, 9.6363636364, 10.898989899, 6.6590909091, 11.9375]
    third = [8, 7.2474747475, 0, 11.3017676768, 6.898989899, 16.6616161616, 13.2727272727, 6.898989899, 6.3484848485, 15.273989899]
    assert by_rates[0].tolist() == near(first)
    assert by_rates[2].tolist() == near(third)
    assert by_rates.sum() == pytest.approx(1053.71717172, abs=1e-7)
    constant = optimal_matching(found, constant_costs(2, 1.5), with_)
    assert constant[0].tolist() == [0, 12, 12, 9, 10, 16, 14, 14, 8, 17]
    assert constant.sum() == 1296
    common = longest_common_subsequence(found, with_)
    assert common[0].tolist() == [0, 12, 8, 6, 8, 14, 10, 12, 8, 12]
    assert common.sum() == 1148
    assert (optimal_matching(found, constant_costs(), with_) == common).all()


def test_hamming_counts_the_weeks_that_differ_and_takes_no_unequal_lengths() -> None:
    found = hamming(sequences(WORDS))
    assert found[0].tolist() == [0, 6, 7, 6, 6, 8, 8, 8, 4, 9]
    assert found.sum() == 688
    with pytest.raises(ValueError, match="one length"):
        hamming(sequences(UNEQUAL))


def cheapest(one: str, other: str, costs: Costs) -> float:
    """What it costs to make one of the other, week by week."""
    row = [costs.indel * place for place in range(len(other) + 1)]
    for letter in one:
        above, row = row, [row[0] + costs.indel]
        for place, against in enumerate(other):
            put = costs.substitution[LETTERS.index(letter), LETTERS.index(against)]
            row.append(min(above[place] + put, above[place + 1] + costs.indel, row[place] + costs.indel))
    return row[-1]


@given(SOME, st.integers(0, 2**32 - 1))
def test_whatever_the_lengths_and_costs_nothing_costs_less(some: list[str], seed: int) -> None:
    lot = np.random.default_rng(seed)
    drawn = lot.integers(0, 5, (5, 5)).astype(float)
    costs = given_costs((drawn + drawn.T) * (1 - np.eye(5)), float(lot.integers(1, 4)) / 2)
    found = optimal_matching(sequences(some), costs, PLAIN)
    assert (found == optimal_matching(sequences(some), costs, FASTEST)).all()
    for row, column in product(range(len(some)), repeat=2):
        assert found[row, column] == near(cheapest(some[row], some[column], costs))


@given(SOME)
def test_sequences_longer_than_a_word_have_as_much_in_common(some: list[str]) -> None:
    found = sequences([word * 16 for word in some])
    plain = longest_common_subsequence(found, PLAIN)
    assert (plain == longest_common_subsequence(found, FASTEST)).all()
    assert plain[0, -1] == cheapest(some[0] * 16, some[-1] * 16, constant_costs())


def test_who_was_followed_long_enough_or_had_ended_is_made_of_one_length() -> None:
    found = sequences(["HHHH", "HE", "HF", "HHHHHE"]).followed(3)
    assert (words(found), found.names) == (["HHH", "HEE", "HHH"], ("r-0", "r-1", "r-3"))


def test_groups_are_such_that_no_exchange_is_better_and_are_always_the_same() -> None:
    apart = optimal_matching(sequences(WORDS), constant_costs())
    for count in (1, 2, 3):
        found = grouped(apart, count)
        total = apart[found.medoids].min(axis=0).sum()
        assert (found.group == grouped(apart, count).group).all()
        assert sorted(np.bincount(found.group), reverse=True) == np.bincount(found.group).tolist()
        for place, row in product(range(count), range(len(WORDS))):
            others = [*np.delete(found.medoids, place), row]
            assert apart[others].min(axis=0).sum() >= total
    assert grouped(apart, 2).medoids.tolist() == [3, 4]


def test_silhouettes_are_what_they_are_for_others() -> None:
    """Numbers of scikit-learn 1.9.1."""
    apart = optimal_matching(sequences(WORDS), constant_costs())
    found = silhouettes(apart, np.array([0, 1, 0, 0, 1, 2, 0, 1, 1, 0]))
    assert found.tolist() == near(
        [0.1, 0.1904761905, -0.32, -0.2727272727, 0.2857142857, 0, 0.0689655172, 0.0104166667, 0.3103448276, 0.125]
    )


def test_the_time_to_a_state_counts_who_is_censored_as_long_as_they_were_followed() -> None:
    """Numbers of statsmodels 0.15.0."""
    found = waits(sequences([*UNEQUAL, "F", "FHHH"]), LETTERS.index("F"))
    assert found.rows.tolist() == list(range(9)), "who began in it waits for nothing"
    curve = kaplan_meier(found)
    assert curve.waiting[[3, 5, 6, 8]].tolist() == near([0.8888888889, 0.7619047619, 0.6349206349, 0.4761904762])
    assert curve.error[[3, 5, 6, 8]].tolist() == near([0.1047565602, 0.1479320311, 0.1692176607, 0.1870920077])
    assert curve.at_risk.tolist() == [9, 9, 9, 9, 7, 7, 6, 5, 4, 3]
    assert (curve.came.sum() + curve.censored.sum(), curve.came.sum()) == (9, 4)


def test_where_it_came_for_all_nobody_waits_and_where_nobody_is_there_is_no_curve() -> None:
    curve = kaplan_meier(waits(sequences(["HF", "HF"]), LETTERS.index("F")))
    assert (curve.waiting[-1], curve.error[-1]) == (0, 0)
    assert len(kaplan_meier(waits(sequences([]), 2)).waiting) == 0


def test_weeks_around_an_event_are_those_that_were_followed() -> None:
    found = aligned(sequences(["HHFFE", "HF", "AAAA", "H"]), np.array([2, 0, -1, 4]), 2)
    assert words(found) == ["HHFFE", "..HF."]
    assert found.names == ("r-0", "r-1")


def test_how_far_around_an_event_is_told_drops_nobody_by_themselves() -> None:
    happened = [(5, 20), (5, 20), (5, 8), (1, 20), (7, 20), (7, 20), None]

    def told(weeks: int, fewest: int = 2) -> tuple[int, list[int]]:
        width, rows = followed(happened, weeks, lambda of: int(of.sum()) >= fewest)
        return width, rows.tolist()

    assert told(1) == (1, [0, 1, 2, 3, 4, 5])
    assert told(2) == (1, [0, 1, 2, 3, 4, 5]), "the one that began a week before would follow"
    assert told(3) == (3, [0, 1, 4, 5]), "two that fell out"
    assert (told(5), told(50)) == ((5, [0, 1, 4, 5]), (7, [4, 5]))
    assert told(50, 3) == (1, [0, 1, 2, 3, 4, 5]), "too few are left"
    assert told(4, 7) == (-1, [])


def test_two_readings_agree_by_more_than_chance_as_others_work_it_out() -> None:
    """Number of scikit-learn 1.9.1."""
    other = [word[:-2][::-1] + word[-2:] for word in WORDS]
    found = agreement(crossed(sequences(WORDS), sequences(other)).sum(axis=0))
    assert (found.share, found.kappa) == near((0.5, 0.32432432432432434))
    assert agreement(np.zeros((5, 5), dtype=np.intp)).share is None
    assert agreement(np.diag([4, 0, 0, 0, 0])).kappa is None


def test_since_when_two_readings_differ_is_since_they_last_agreed() -> None:
    one, other = sequences(["HHHH", "HHHH", "HHFF", "HHHH"]), sequences(["HHHH", "FFFF", "HHHA", "FHFH"])
    assert differing_since(one, other).tolist() == [-1, 0, 2, -1]


def test_what_is_held_back_does_not_follow_from_what_is_told() -> None:
    enough = Enough([frozenset({f"p-{row}", f"q-{row}"}) for row in range(20)], 10)
    rows = np.arange(20)
    assert enough.told({0: rows < 10, 1: rows >= 10}) == {0, 1}
    assert enough.told({0: rows < 12, 1: (rows >= 12) & (rows < 18), 2: rows >= 18}) == {0}, "taken off the whole, 2 would follow"
    assert enough.told({0: rows < 12, 1: rows >= 18, 2: (rows >= 15) & (rows < 18)}) == {0}
    assert enough.told({0: rows < 20, 1: rows < 0}) == {0}, "what is of nobody tells of nobody"
    assert enough.told({0: rows < 4}) == set()
