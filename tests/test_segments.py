"""Readings folded from segments are those that the lens gives, to 1e-9, of any history and for every holder."""

import numpy as np
import pytest
from corrected_histories import chronicle_of, histories, telling_instants
from histories import Line
from history_words import DAY, HANDLES, NO_MEMBERS
from hypothesis import example, given
from hypothesis import strategies as st
from test_readings_random import ENDED_WHEN_IT_WOULD_LAPSE, EXTENDED_ON_THE_LAST_DAY

from domain.model.lens import EVIDENCE, Definition
from domain.store.pseudonyms import Weeks
from projections.lenses.evidence import taken_by
from projections.lenses.reading import column, moves_of, told_by_evidence
from projections.research.sequences import ALPHABET
from projections.segments import files
from projections.segments.fold import CAUSES, Fold, fastest, folded, plain, rules
from projections.segments.tracks import track
from projections.views.observation import Observation

HOLDERS = [None, *HANDLES, *NO_MEMBERS]
LENSES = [
    EVIDENCE,
    Definition("slow", "1", half_life_days=900, look_days=31.5, unobserved_below=0, change_by=0),
    Definition("quick", "1", half_life_days=20, unobserved_below=0.6, change_by=0.3, agreed_openness=0.9),
]


def observed(lines: list[Line], shift: int, after: int) -> Observation:
    instants = telling_instants(lines)
    return Observation("home", "MATCHED", Weeks(min(instants), shift), max(instants) + after * DAY, None, "RUNNING")


@pytest.mark.parametrize("by", [fastest(), plain()], ids=["compiled", "plain"])
@given(histories(), st.sampled_from(LENSES), st.integers(1, 3), st.integers(0, 6), st.integers(0, 800))
@example(ENDED_WHEN_IT_WOULD_LAPSE, EVIDENCE, 1, 0, 400)
@example(EXTENDED_ON_THE_LAST_DAY, EVIDENCE, 1, 0, 400)
def test_what_is_folded_from_a_segment_is_what_the_lens_reads(
    by: Fold, tmp_path_factory: pytest.TempPathFactory, lines: list[Line], lens: Definition, step: int, shift: int, after: int
) -> None:
    told, seen = chronicle_of(lines), observed(lines, shift, after)
    body = told_by_evidence(told, lens)
    tracks = [track(told, [item for item in body.items if taken_by(holder, item.holder)], holder, seen, step) for holder in HOLDERS]
    path = tmp_path_factory.mktemp("segment") / "one.parquet"
    files.write(path, tracks)
    segment = files.read(path)
    found = folded(segment, rules(lens, step), by)
    grid, origin = seen.grid(step), seen.weeks.began - shift * DAY
    for place, holder in enumerate(HOLDERS):
        read = column(body, lens, holder, seen.instants(grid))
        these = slice(found.grid[place], found.grid[place + 1])
        assert [ALPHABET[state].lower() for state in found.state[these]] == read.phase
        for part in range(3):
            expected = [np.nan if share is None else share[part] for share in read.shares]
            assert np.allclose(found.shares[part][these], expected, rtol=0, atol=1e-9, equal_nan=True)
        assert np.allclose(found.confidence[these], read.confidence, rtol=0, atol=1e-9)
        moves = [move for move in moves_of(body, holder) if move.at <= seen.upto]
        those = range(found.moved[place], found.moved[place + 1])
        assert [(found.at[one] + origin, CAUSES[found.cause[one]]) for one in those] == [(move.at, move.cause.upper()) for move in moves]
        changes = [(ALPHABET[found.was[one]], ALPHABET[found.now[one]]) for one in those]
        assert changes == [(move.was.upper(), move.now.upper()) for move in moves]
