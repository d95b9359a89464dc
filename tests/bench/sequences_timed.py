"""The process in which distances are timed: prints seconds by name, as JSON. What is timed gives the same numbers, or it stops."""

import contextlib
import io
import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from rapidfuzz import distance, process
from sequenzo import SequenceData, get_distance_matrix
from sequenzo.sequence_characteristics_indicators import get_complexity_index, get_turbulence, get_within_sequence_entropy

from bench.measures import in_turns, timed
from projections.research import kernels
from projections.research.distances import longest_common_subsequence, optimal_matching, rate_costs
from projections.research.indicators import indicators
from projections.research.sequences import ALPHABET, Sequences

COUNT, WEEKS = 1_000, 52
STAYS = 0.9
"""How often a week is as the one before."""


def drawn() -> Sequences:
    lot = np.random.default_rng(1)
    states = np.empty((COUNT, WEEKS), dtype=np.int8)
    states[:, 0] = lot.integers(0, len(ALPHABET), COUNT)
    for week in range(1, WEEKS):
        states[:, week] = np.where(lot.random(COUNT) < STAYS, states[:, week - 1], lot.integers(0, len(ALPHABET), COUNT))
    names = tuple(f"r-{row}" for row in range(COUNT))
    return Sequences(names, states, np.full(COUNT, WEEKS), ("RUNNING",) * COUNT, 1, "evidence@1")


def silent(ask: Callable[..., Any], *given: Any, **named: Any) -> Any:
    with contextlib.redirect_stdout(io.StringIO()):
        return ask(*given, **named)


def main() -> None:
    found = drawn()
    weeks = [str(week) for week in range(WEEKS)]
    table = pd.DataFrame(found.states.astype(str), columns=weeks)
    table.insert(0, "id", range(COUNT))
    states = [str(state) for state in range(len(ALPHABET))]
    theirs = silent(SequenceData, table, time=weeks, id_col="id", states=states, labels=states)
    words = [bytes(row + 65).decode() for row in found.states]
    costs, plain = rate_costs(found), kernels.plain()

    def matched() -> Any:
        return np.asarray(silent(get_distance_matrix, seqdata=theirs, method="OM", sm="TRATE", indel="auto"))

    def common() -> Any:
        return process.cdist(words, words, scorer=distance.Indel.distance, workers=-1)

    def told() -> Any:
        return [np.asarray(silent(ask, theirs))[:, -1] for ask in (get_turbulence, get_complexity_index, get_within_sequence_entropy)]

    # Once before it is timed: it is compiled, and the numbers are the same.
    assert np.allclose(optimal_matching(found, costs), matched(), atol=1e-9)
    assert (longest_common_subsequence(found) == common()).all()
    ours = indicators(found)
    for own, other in zip((ours.turbulence, ours.complexity, ours.entropy), told(), strict=True):
        assert np.allclose(own, other.astype(float), atol=1e-9)
    works = {
        "matching": lambda: optimal_matching(found, costs),
        "Sequenzo, matching": matched,
        "matching, numpy": lambda: optimal_matching(found, costs, plain),
        "LCS": lambda: longest_common_subsequence(found),
        "rapidfuzz, LCS": common,
        "indicators": lambda: indicators(found),
        "Sequenzo, indicators": told,
    }
    print(json.dumps(in_turns(int(sys.argv[1]), {name: lambda work=work: timed(work) for name, work in works.items()})))


if __name__ == "__main__":
    main()
