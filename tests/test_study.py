"""The study that is shipped as a notebook runs from an empty platform to its figures, and what stands in it is what comes out."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bench.contacts import HIGH_SCHOOL, consenting, contacts
from command_line import EXAMPLES
from notebooks import executed, read
from study import STUDY, studied

from domain.model.roles import Reach
from domain.store.accesses import Viewer, viewed_by
from domain.store.places import on_sqlite
from domain.store.root import load_root
from projections.research import comparison, distances, states, survival, typical
from projections.research.sequences import ALPHABET, Sequences
from projections.views import sequenced
from projections.views.scope import Scope
from projections.views.sequenced import ReadBy
from tussenruimte import Organisation, clock

MEETINGS = 20
"""Of the pupils' contacts those that met so often: few enough for a test, and for comparing each with each."""
FROM_HIGH_SCHOOL = {"UNTIL": "2014-01-31", "STEP": 2, "WEEKS": 6, "PHASE": "FRIENDSHIP"}
FROM_MADE_UP = {"UNTIL": "2024-03-31", "STEP": 2, "WEEKS": 10, "PHASE": "FRIENDSHIP"}


def told(notebook: Any, cell: str) -> str:
    """What a cell printed."""
    (found,) = [one for one in notebook["cells"] if one["id"] == cell]
    return "".join(line for output in found["outputs"] for line in output.get("text", ()))


def notebook(*sources: str) -> Any:
    cells = [{"cell_type": "code", "id": f"cell-{place}", "metadata": {}, "source": [source]} for place, source in enumerate(sources)]
    cells[0]["metadata"] = {"tags": ["parameters"]}
    return {"cells": cells}


def pupils() -> Iterator[bytes]:
    """The contacts of pupils who met often, and everything else that is told of these."""
    _, lines = contacts()
    events = [json.loads(line) for line in lines]
    met = [event["subject"] for event in events if event["type"] == "tussenruimte.meeting_held.v1"]
    often = {subject for subject, times in zip(*np.unique(met, return_counts=True), strict=True) if times >= MEETINGS}
    for line, event in zip(lines, events, strict=True):
        if not event["subject"].startswith("relationship/") or event["subject"] in often:
            yield line


def followed(platform: Path, step: int, lens: str | None = None) -> sequenced.Sequenced:
    """The sequences of the study, from its platform."""
    path = platform / "tussenruimte.db"
    organisation = Organisation(on_sqlite(path, load_root(path.with_name("tussenruimte.db.root.key")), "default", clock))
    try:
        scope = Scope("default", "researcher", Reach(project="study"))
        with viewed_by(Viewer("member/eva", "researcher")), organisation.research.asked(scope) as asked:
            return sequenced.read(asked, ReadBy(lens, step=step))
    finally:
        organisation.close()


def silhouette(sequences: Sequences, points: int, groups: int) -> float:
    kept = sequences.followed(points)
    found = typical.grouped(distances.optimal_matching(kept, distances.constant_costs(2.0, None)), groups)
    return float(found.silhouette.mean())


def test_what_stands_in_the_notebook_comes_out_again(tmp_path: Path) -> None:
    stands, comes = read(STUDY), studied(tmp_path, EXAMPLES)
    assert [cell["id"] for cell in comes["cells"] if cell["cell_type"] == "code" and cell["outputs"]]
    for one, other in zip(stands["cells"], comes["cells"], strict=True):
        assert one == other, one["id"]


def test_another_project_has_other_pseudonyms_and_the_same_people(tmp_path: Path) -> None:
    stands, comes = read(STUDY), studied(tmp_path, EXAMPLES, secret=b"s" * 32)
    assert told(stands, "release-run") != told(comes, "release-run")
    assert told(comes, "functions-run") == "states as told: True\nagreement as told: True\n"
    one, other = (json.loads(told(of, "figures-run")) for of in (stands, comes))
    assert (other["relationships"], other["people"]) == (one["relationships"], one["people"]) == (10, 25)


def test_the_study_of_other_contacts_has_the_figures_of_the_functions(tmp_path: Path) -> None:
    given = tmp_path / "contacts.jsonl"
    asked: dict[str, Any] = FROM_HIGH_SCHOOL if HIGH_SCHOOL.exists() else FROM_MADE_UP
    given.write_bytes(b"\n".join(pupils() if HIGH_SCHOOL.exists() else consenting(3_000)) + b"\n")
    comes = studied(tmp_path, [str(given)], **asked)
    figures, step = json.loads(told(comes, "figures-run")), asked["STEP"]
    evidence, accounts = (followed(tmp_path / "platform", step, lens) for lens in ("evidence", "accounts"))
    of = evidence.sequences
    spent = states.times(of).mean(axis=0) * step
    curve = survival.kaplan_meier(survival.waits(of, ALPHABET.index(asked["PHASE"])))
    beside = comparison.agreement(comparison.crossed(of, accounts.sequences).sum(axis=0))
    points = -(-asked["WEEKS"] // step)
    assert figures == {
        "relationships": len(of),
        "people": len(frozenset[str]().union(*evidence.persons)),
        "weeks in each phase": {phase: pytest.approx(weeks, abs=1e-4) for phase, weeks in zip(ALPHABET, spent, strict=True)},
        f"median week of {asked['PHASE']}": next((point * step for point, part in enumerate(curve.waiting) if round(part, 4) <= 0.5), None),
        f"still waiting for {asked['PHASE']}": pytest.approx(curve.waiting[-1], abs=1e-4),
        "agreement of the lenses": pytest.approx(beside.share, abs=1e-4),
        "κ of the lenses": pytest.approx(beside.kappa, abs=1e-4),
        "silhouettes": {str(groups): pytest.approx(silhouette(of, points, groups), abs=1e-4) for groups in (2, 3, 4)},
    }
    assert len(of) > 100
    assert np.count_nonzero(spent) > 1


def test_cells_share_their_names_and_parameters_take_the_place_of_those_that_stand_there() -> None:
    first, second, third = executed(notebook("n = 1", "m = n + 1\nprint(m)\nm * 2", "m"), {"n": 3})["cells"]
    assert first["outputs"] == []
    printed, came = second["outputs"]
    assert (printed["text"], came["data"]) == (["4\n"], {"text/plain": ["8"]})
    assert (third["execution_count"], third["outputs"][0]["data"]) == (3, {"text/plain": ["4"]})


def test_a_cell_that_fails_ends_the_run() -> None:
    with pytest.raises(ZeroDivisionError):
        executed(notebook("n = 1", "n / 0", "n"), {})
