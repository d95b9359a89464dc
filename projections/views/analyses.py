"""The analyses of a project: asked of its relationships as they are known now, worked out by `projections.research`, told of enough people.

A row of numbers is told where it is of at least as many persons as the project itself, and where those that are held back are so together.
What stands per pseudonym follows from trajectories, which are told of everybody who consents.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.model.errors import Refusal, Refused, bad
from projections.research import around, comparison, distances, indicators, states, survival, transitions, typical
from projections.research.enough import Enough
from projections.research.sequences import ALPHABET, Sequences
from projections.views import analysed as a
from projections.views.pseudonymous import FEWER_THAN_GROUPS, TOO_FEW
from projections.views.research import Research
from projections.views.scope import Scope
from projections.views.sequenced import ReadBy, Sequenced, read

MEASURES = ("OPTIMAL_MATCHING", "LCS", "HAMMING")
COSTS = ("CONSTANT", "RATES", "GIVEN")
MOST_GROUPS = 20
MOST_COMPARED = 2_000
"""Relationships that are compared with one another; of all together no more points are read than `POINTS`."""
MOST_POINTS = 260
MOST_REACH = 104
MOST_COST = 1_000_000
DECIMALS = 4


class Analyses:
    """The analyses of one organisation's projects, each within the scope of whoever asks. Thread-safe. All raise `Refused`."""

    def __init__(self, research: Research) -> None:
        self._research = research

    def states(self, scope: Scope, reading: ReadBy) -> a.States:
        told = self._told(scope, reading)
        if not told.is_told:
            return a.States(**told.said())
        found, spent = states.distribution(told.sequences), states.times(told.sequences).mean(axis=0) * reading.step
        rows = [
            a.StatesRow(point * reading.step, int(counts.sum()), counts.tolist(), _rounded(found.entropy[point]))
            for point, counts in enumerate(found.counts[: _told_points(told)])
        ]
        times = [a.PhaseTime(phase, _rounded(weeks)) for phase, weeks in zip(ALPHABET, spent, strict=True)]
        return a.States(**told.said(), rows=rows, times=times)

    def transitions(self, scope: Scope, reading: ReadBy) -> a.Following:
        told = self._told(scope, reading)
        if not told.is_told:
            return a.Following(**told.said())
        counts = transitions.transitions(told.sequences)
        parts, rates = transitions.rates(counts), _told_rows(told.enough, transitions.leaving(told.sequences))
        rows = [
            a.FollowingRow(phase, int(row.sum()), row.tolist(), _all(parts[state]), None)
            if state in rates
            else a.FollowingRow(phase, None, None, None, TOO_FEW)
            for state, (phase, row) in enumerate(zip(ALPHABET, counts, strict=True))
            if row.sum()
        ]
        return a.Following(**told.said(), rows=rows)

    def indicators(self, scope: Scope, reading: ReadBy) -> a.Indicated:
        told = self._told(scope, reading)
        if not told.is_told:
            return a.Indicated(**told.said())
        found, of = indicators.indicators(told.sequences), told.sequences
        columns = (of.lengths * reading.step, found.transitions, found.entropy, found.turbulence, found.complexity)
        each = [
            a.OwnIndicators(name, int(weeks), why, int(moved), _rounded(spread), _rounded(turbulence), _rounded(complexity))
            for name, why, weeks, moved, spread, turbulence, complexity in zip(of.names, of.censoring, *columns, strict=True)
        ]
        return a.Indicated(**told.said(), means=a.Means(*(_rounded(column.mean()) for column in columns)), each=each)

    def typical(
        self,
        scope: Scope,
        reading: ReadBy,
        groups: int,
        weeks: int,
        measure: str = "OPTIMAL_MATCHING",
        costs: str = "CONSTANT",
        substitution: Sequence[Sequence[float]] | None = None,
        indel: float | None = None,
    ) -> a.Typical:
        """Of the first weeks of those that were followed for so long or had ended before."""
        points = -(-weeks // reading.step)
        if not 1 <= groups <= MOST_GROUPS:
            raise bad("analysis_groups", "groups", limit=MOST_GROUPS)
        if not 1 <= points <= MOST_POINTS:
            raise bad("analysis_weeks", "weeks", limit=MOST_POINTS)
        own = _own_costs(substitution, indel, costs)
        whole = self._told(scope, reading)
        kept = whole.rows(np.flatnonzero(_followed(whole.sequences, points)))
        about: dict[str, Any] = {"weeks": points * reading.step, "measure": measure}
        if not kept.is_told:
            return a.Typical(**kept.withheld(), **about)
        if len(kept.sequences) < groups:
            return a.Typical(**kept.withheld(FEWER_THAN_GROUPS), **about)
        compared = kept.sequences.followed(points)
        if len(compared) > MOST_COMPARED:
            raise Refused(Refusal("TOO_COSTLY", "analysis_size", None, {"limit": MOST_COMPARED, "size": len(compared)}))
        used = own or (distances.rate_costs(compared, indel) if costs == "RATES" else distances.constant_costs(2.0, indel))
        found = typical.grouped(_apart(compared, measure, used), groups)
        if measure == "OPTIMAL_MATCHING":
            about |= {"substitution": [_all(row) for row in used.substitution], "indel": used.indel}
        return a.Typical(
            **kept.said(), **about, left_out=len(whole.sequences) - len(compared), groups=_groups(kept.enough, compared, found),
            silhouette=_rounded(found.silhouette.mean()),
        )  # fmt: skip

    def time_to(self, scope: Scope, reading: ReadBy, phase: str) -> a.Awaited:
        told = self._told(scope, reading)
        found = survival.waits(told.sequences, ALPHABET.index(phase))
        waiting = told.rows(found.rows)
        if not waiting.is_told:
            return a.Awaited(**told.withheld(), phase=phase)
        curve = survival.kaplan_meier(found)
        rows = []
        for point in range(len(curve.waiting)):
            if not waiting.enough.is_told(found.points >= point):
                break
            at_risk, came, censored = (int(column[point]) for column in (curve.at_risk, curve.came, curve.censored))
            waits, error = _rounded(curve.waiting[point]), _rounded(curve.error[point])
            rows.append(a.Waiting(point * reading.step, at_risk, came, censored, waits, error))
        median = next((row.week for row in rows if row.waiting <= 0.5), None)
        return a.Awaited(**waiting.said(), phase=phase, rows=rows, median=median)

    def around(self, scope: Scope, reading: ReadBy, event: str, reach: int) -> a.Around:
        """Aligned on the first time the event happened in each; point 0 is the first at which it had. All rows that are told are
        of the same relationships, and those of another reach or holder of the same but for enough persons or none."""
        if not 1 <= reach <= MOST_REACH:
            raise bad("analysis_reach", "reach", limit=MOST_REACH)
        with self._research.asked(scope) as asked:
            pooled = read(asked, ReadBy(reading.lens, None, reading.step))
            told = pooled if reading.holder is None else read(asked, reading)
            at = asked.first_weeks(pooled.sequences.names, EVENTS_AS[event])
        points = np.array([-1 if one is None else -(-one.week // reading.step) for one in at], dtype=np.intp)
        weeks, kept = around.followed(at, (reach + 1) * reading.step - 1, _with_and_without(pooled, told))
        wide = (weeks + 1) // reading.step - 1
        names = {pooled.sequences.names[row]: points[row] for row in kept}
        these = told.rows(np.array([row for row, name in enumerate(told.sequences.names) if name in names], dtype=np.intp))
        if wide < 0 or not these.is_told:
            return a.Around(**these.withheld(), event=event)
        own = np.array([names[name] for name in these.sequences.names], dtype=np.intp)
        counts = states.distribution(around.aligned(these.sequences, own, reach)).counts
        rows = [
            a.AroundRow(point * reading.step, int(counts[reach + point].sum()), counts[reach + point].tolist(), None)
            if abs(point) <= wide
            else a.AroundRow(point * reading.step, None, None, TOO_FEW)
            for point in range(-reach, reach + 1)
        ]
        return a.Around(**these.said(), event=event, rows=rows)

    def compare(self, scope: Scope, one: ReadBy, other: ReadBy) -> a.Compared:
        """Of the relationships that have both readings."""
        with self._research.asked(scope) as asked:
            if (asked.lens(one.lens), one.holder) == (asked.lens(other.lens), other.holder):
                raise bad("analysis_same", "otherLens")
            first, second = read(asked, one), read(asked, other)
        both = set(first.sequences.names) & set(second.sequences.names)
        first, second = (
            told.rows(np.array([row for row, name in enumerate(told.sequences.names) if name in both], dtype=np.intp))
            for told in (first, second)
        )
        about: dict[str, Any] = {"other_lens": second.lens, "other_lens_version": second.version, "other_holder": other.holder}
        if not first.is_told:
            return a.Compared(**first.said(), **about)
        counts = comparison.crossed(first.sequences, second.sequences)
        whole = comparison.agreement(counts.sum(axis=0))
        stood = _told_rows(first.enough, counts.sum(axis=2) > 0)
        rows = [
            a.ComparedRow(phase, int(row.sum()), row.tolist(), None) if state in stood else a.ComparedRow(phase, None, None, TOO_FEW)
            for state, (phase, row) in enumerate(zip(ALPHABET, whole.counts, strict=True))
            if row.sum()
        ]
        since = comparison.differing_since(first.sequences, second.sequences) * one.step
        each = [
            a.OwnAgreement(name, int(own.sum()) * one.step, _maybe(comparison.agreement(own).share), int(week) if week >= 0 else None)
            for name, own, week in zip(first.sequences.names, counts, since, strict=True)
        ]
        weeks = int(counts.sum()) * one.step
        return a.Compared(**first.said(), **about, weeks=weeks, share=_maybe(whole.share), kappa=_maybe(whole.kappa), rows=rows, each=each)

    def _told(self, scope: Scope, reading: ReadBy) -> Sequenced:
        with self._research.asked(scope) as asked:
            return read(asked, reading)


EVENTS_AS: Mapping[str, Callable[[Any], bool]] = {
    "roles_reversed": lambda event: event.kind.name == "roles_reversed",
    "boundary_agreed": lambda event: event.kind.name == "boundary_agreed",
    "term_left_open": lambda event: event.kind.name == "term_ended" and event.data.continuation == "left_open",
}
EVENTS = tuple(EVENTS_AS)


def _told_points(told: Sequenced) -> int:
    """Up to the first point at which too few were followed: from then on there are no more of them."""
    lengths = told.sequences.lengths
    return next((point for point in range(lengths.max(initial=0)) if not told.enough.is_told(lengths > point)), int(lengths.max(initial=0)))


def _with_and_without(pooled: Sequenced, told: Sequenced) -> Callable[[NDArray[np.bool_]], bool]:
    """Whether rows of the one are of enough persons: all of them, those that have the other reading, and those that have not."""
    having = np.isin(pooled.sequences.names, told.sequences.names)

    def is_told(rows: NDArray[np.bool_]) -> bool:
        parts = [part for part in (rows & having, rows & ~having) if part.any()]
        return pooled.enough.is_told(rows) and all(pooled.enough.is_told(part) for part in parts)

    return is_told


def _told_rows(enough: Enough, stood: NDArray[np.bool_]) -> frozenset[int]:
    return enough.told({state: stood[:, state] for state in range(len(ALPHABET))})


def _followed(sequences: Sequences, points: int) -> NDArray[np.bool_]:
    ended = np.array([why == "ENDED" for why in sequences.censoring], dtype=bool)
    return np.asarray((sequences.lengths >= points) | ended)


def _own_costs(substitution: Sequence[Sequence[float]] | None, indel: float | None, costs: str) -> distances.Costs | None:
    """Costs that were given. Raises `Refused` where they are none."""
    if indel is not None and not 0 < indel <= MOST_COST:
        raise bad("analysis_indel", "indel", limit=MOST_COST)
    if (substitution is not None) != (costs == "GIVEN"):
        raise bad("analysis_costs", "substitution", states=", ".join(ALPHABET), limit=MOST_COST)
    if substitution is None:
        return None
    size = len(ALPHABET)
    if len(substitution) != size or any(len(row) != size for row in substitution):
        raise bad("analysis_costs", "substitution", states=", ".join(ALPHABET), limit=MOST_COST)
    found = np.array(substitution, dtype=np.float64)
    if not ((found >= 0) & (found <= MOST_COST)).all() or (found != found.T).any() or found.diagonal().any() or not found.any():
        raise bad("analysis_costs", "substitution", states=", ".join(ALPHABET), limit=MOST_COST)
    return distances.given_costs(found, indel)


def _apart(sequences: Sequences, measure: str, costs: distances.Costs) -> NDArray[np.float64]:
    if measure == "HAMMING":
        return distances.hamming(sequences)
    return distances.longest_common_subsequence(sequences) if measure == "LCS" else distances.optimal_matching(sequences, costs)


def _groups(enough: Enough, compared: Sequences, found: typical.Groups) -> list[a.Group]:
    told = enough.told({group: found.group == group for group in range(len(found.medoids))})
    held = a.Group(None, None, None, None, None, None, TOO_FEW)
    return [_group(compared, found, group) if group in told else held for group in range(len(found.medoids))]


def _group(compared: Sequences, found: typical.Groups, group: int) -> a.Group:
    rows, medoid = np.flatnonzero(found.group == group), found.medoids[group]
    return a.Group(
        len(rows), _rounded(len(rows) / len(compared)), _rounded(found.silhouette[rows].mean()), compared.names[medoid],
        [ALPHABET[state] for state in compared.states[medoid]], [compared.names[row] for row in rows], None,
    )  # fmt: skip


def _rounded(number: float) -> float:
    return round(float(number), DECIMALS)


def _all(numbers: NDArray[np.float64]) -> list[float]:
    return [_rounded(number) for number in numbers]


def _maybe(number: float | None) -> float | None:
    return None if number is None else _rounded(number)
