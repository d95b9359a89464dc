"""Trajectories as the JSON that is sent, column by column, worked out once and kept as long as what they rest on stays the same.

A column follows from what a lens keeps of a relationship, the holder and the instants, and from nothing else: the hash of what is kept is
in the key, so that nothing has to be told when it changes.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import blake2b

import msgspec
from msgspec import Struct

from domain.model.time import MINUTE
from projections.views import answers as a
from projections.views.answer_cache import AnswerCache
from projections.views.pushed import TYPENAME, Chosen
from projections.views.snapshot import Snapshot, trajectory_answer
from projections.views.trajectories import unpack

HASH_BYTES = 512
"""What a hash takes with its key, about."""
FIELDS = dict(zip(a.Trajectory.__struct_encode_fields__, a.Trajectory.__struct_fields__, strict=True))


class Series(Struct, frozen=True):
    """A trajectory of so many points, each of its fields as JSON."""

    points: int
    columns: Mapping[str, bytes]

    @property
    def size(self) -> int:
        return sum(map(len, self.columns.values()))

    def json(self, chosen: Iterable[Chosen]) -> bytes:
        columns = {TYPENAME: b'"Trajectory"', **self.columns}
        return b"{" + b",".join(b'"%b":%b' % (one.key.encode(), columns[one.field]) for one in chosen) + b"}"


def series_of(answer: a.Trajectory) -> Series:
    encode = msgspec.json.Encoder().encode
    return Series(len(answer.at), {field: encode(getattr(answer, name)) for field, name in FIELDS.items()})


class SeriesCache:
    """The series that were asked for last. While nothing is recorded they are found without reading what they rest on, for a minute;
    then that is read, and they are found by its hash where it is as it was."""

    def __init__(self) -> None:
        self.series: AnswerCache[Series] = AnswerCache(lambda series: series.size)
        self.hashes: AnswerCache[bytes] = AnswerCache(lambda _: HASH_BYTES)


def all_series(
    snapshot: Snapshot,
    kept: SeriesCache,
    ids: Sequence[str],
    start: int | None,
    to: int | None,
    step_days: int,
    asked: str | None,
    holder: str | None,
    known_at: int | None,
) -> dict[str, Series]:
    """The trajectories of relationships, as `Snapshot.trajectories` tells them. As known earlier, nothing is kept."""
    scope = snapshot.scope
    scope.need("open")
    if known_at is None:
        snapshot.check_holder(ids, holder, None)
        name, lens = snapshot.lens(asked)
    if known_at is not None or not snapshot.keeps(name, lens):
        found = snapshot.trajectories(ids, start, to, step_days, asked, holder, known_at)
        return {id: series_of(answer) for id, answer in found.items()}
    version = snapshot.version(name, lens)
    grids = snapshot.grids(ids, start, to, step_days)
    moment = (snapshot.state, snapshot.now // MINUTE)

    @cache
    def bodies() -> Mapping[str, bytes]:
        return snapshot.kept(ids, name, lens)

    def hashed(id: str) -> bytes:
        return kept.hashes.get((scope, moment, id, name, version), lambda: blake2b(bodies().get(id, b"")).digest())

    def worked_out(id: str) -> Series:
        return series_of(trajectory_answer(unpack(name, version, bodies().get(id)), lens, holder, grids[id]))

    return {
        id: kept.series.get((scope, id, name, version, holder, grids[id], hashed(id)), lambda id=id: worked_out(id))  # type: ignore[misc]
        for id in ids
    }
