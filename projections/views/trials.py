"""Lenses tried on the histories of whoever asks: one beside another, and one beside itself with its numbers moved.

What somebody may not open, no lens is tried on for them. Nothing of it is kept, and no content leaves: it is counted how histories read.
"""

from domain.model.errors import Refusal, Refused, bad
from domain.model.lens import Definition
from domain.store.deadline import go_on
from projections.research.cases import Case, case, drawn
from projections.research.sensitivity import Sensitivity, swept
from projections.research.trial import Trial, tried
from projections.views.histories import RELATIONSHIPS
from projections.views.scope import Scope
from projections.views.snapshot import Snapshot

MOST = 1_000
"""Histories on which a lens is tried at a time."""


def trial(snapshot: Snapshot, lens: Definition, beside: str | None, sample: int, seed: int) -> Trial:
    """A lens that need not be published, beside one that is. Raises `Refused`."""
    check_trier(snapshot.scope)
    name, other = snapshot.lens(beside)
    cases, among = _cases(snapshot, sample, seed)
    names = f"{lens.name}@{lens.version}", f"{name}@{snapshot.version(name, other)}"
    return tried(cases, (lens.name, lens), (name, other), names, among, seed, go_on)


def check_trier(scope: Scope) -> None:
    """Raises `Refused` for who may not try lenses."""
    scope.need("record")
    if not scope.is_whole:
        raise Refused(Refusal("FORBIDDEN", "only_administrators"))


def sensitivity(snapshot: Snapshot, asked: str | None, spread: float, draws: int, sample: int, seed: int) -> Sensitivity:
    """Raises `Refused`, also for a lens without weights."""
    lens = with_weights(*snapshot.lens(asked))
    cases, among = _cases(snapshot, sample, seed)
    return swept(cases, lens, spread, draws, seed, among, go_on, lambda _: True)


def with_weights(name: str, lens: Definition) -> Definition:
    """The lens, if it has weights. Raises `Refused`."""
    if name == "accounts":
        raise bad("lens_weightless", "lens", name=name)
    return lens


def _cases(snapshot: Snapshot, sample: int, seed: int) -> tuple[list[Case], int]:
    """The histories that are drawn, and of how many."""
    snapshot.scope.need("open")
    if not 1 <= sample <= MOST:
        raise bad("lens_sample", "sample", limit=MOST)
    ids = [id for (id,) in snapshot.connection.execute(f"SELECT id FROM {snapshot.table(RELATIONSHIPS)} r")]
    told = snapshot.told(drawn(ids, sample, seed), None)
    return [case(id, one, snapshot.now) for id, one in sorted(told.items()) if one.steps[0].event.at <= snapshot.now], len(ids)
