"""How far the coders of the accounts in a scope agree, worked out from all codes that can be opened."""

from collections.abc import Callable, Iterator, Mapping, Set

from domain.model.errors import Refusal, Refused
from domain.model.events import Unvoiced
from domain.store.deadline import go_on
from projections.lenses.chronicle import Chronicle
from projections.research.agreement import CodeAgreement, Coded, agreements
from projections.views.filters import Clause
from projections.views.histories import RELATIONSHIPS
from projections.views.snapshot import Snapshot

MOST = 5_000
"""Relationships that are gone through at a time."""


def agreement(snapshot: Snapshot, initiative: str | None) -> list[CodeAgreement]:
    """Of an initiative, or of all. Raises `Refused`, also where they are too many."""
    snapshot.scope.need("open")
    clause = Clause()
    if initiative is not None:
        clause.need("r.initiative = ?", initiative)
    query = f"SELECT r.id FROM {snapshot.table(RELATIONSHIPS)} r{clause.where} LIMIT ?"
    ids = [id for (id,) in snapshot.connection.execute(query, (*clause.values, MOST + 1))]
    return agreement_on(snapshot, dict.fromkeys(ids, snapshot.now), lambda _: True)


def agreement_on(snapshot: Snapshot, ids: Mapping[str, int], is_told: Callable[[Set[str]], bool]) -> list[CodeAgreement]:
    """Of these relationships, each up to an instant. `is_told`: whether something is that is of some of them alone. Raises `Refused` where
    they are too many."""
    if len(ids) > MOST:
        raise Refused(Refusal("TOO_COSTLY", "coding_many", None, {"limit": MOST}))
    return agreements(coded(snapshot.told(list(ids), None), ids), is_told, go_on)


def coded(told: Mapping[str, Chronicle], upto: Mapping[str, int]) -> Iterator[Coded]:
    """The codes that can be opened, of accounts that stand and were given up to an instant."""
    for id, one in told.items():
        accounts = {step.event.id for step in one.steps if step.event.kind.name == "account_given" and step.event.at <= upto[id]}
        for event in one.codes:
            if not isinstance(event.data, Unvoiced) and event.data.account in accounts:
                yield Coded(id, event.data.account, event.data.coder, event.data.code)
