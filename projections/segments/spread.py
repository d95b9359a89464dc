"""Readings worked out on a Dask cluster: segments go through a folder that all its machines see, what is read of them comes back.

A segment names nobody, and is to be kept as the database is: it has weights, which tell what was said, and instants since week 0. Each is
removed once it is read, and the folder they lie in when all are. Lenses without weights are read here.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from msgspec import Struct

from domain.store.checks import Unusable
from projections.cluster import cluster, waited
from projections.lenses.evidence import taken_by, weigh
from projections.research.sequences import ALPHABET
from projections.segments import files
from projections.segments.fold import CAUSES, Folded, Rules, folded, rules
from projections.segments.tracks import Track, origin, track
from projections.views import pseudonymous as p
from projections.views.observation import Observation
from projections.views.released import Reading, Unread, read
from projections.views.weekly import rounded


class _Sent(Struct, frozen=True):
    """What is held of a relationship until its readings are there."""

    lens: str
    whose: Sequence[str | None]
    seen: Observation
    step: int


class Spread:
    """A place to work readings out, as `Here` is one."""

    at_once = 500

    def __init__(self, client: Any, folder: Path) -> None:
        self._client = client
        self._folder = folder
        self._written = 0
        self.ahead = 2 * len(client.nthreads())

    def begin(self, unread: Sequence[Unread]) -> Callable[[], Iterator[list[Reading]]]:
        """A segment for each lens."""
        lenses = dict.fromkeys(one.lens for one in unread if one.is_weighed)
        tasks = {lens: self._send([one for one in unread if one.lens == lens]) for lens in lenses}
        held = [_sent(one) if one.is_weighed else read(one) for one in unread]
        return lambda: self._arrived(held, tasks)

    def _send(self, unread: Sequence[Unread]) -> tuple[Path, Any]:
        self._written += 1
        path = self._folder / f"{self._written}.parquet"
        files.write(path, [found for one in unread for found in _tracks(one)])
        first = unread[0]
        return path, self._client.submit(folded_file, str(path), rules(first.definition, first.step), pure=False)

    def _arrived(self, held: Sequence[list[Reading] | _Sent], tasks: dict[str, tuple[Path, Any]]) -> Iterator[list[Reading]]:
        found = {lens: self._result(*task) for lens, task in tasks.items()}
        places = Counter[str]()
        for one in held:
            if isinstance(one, list):
                yield one
            else:
                first = places[one.lens]
                places[one.lens] += len(one.whose)
                yield [_reading(one, called, found[one.lens], first + place) for place, called in enumerate(one.whose)]

    def _result(self, path: Path, task: Any) -> Folded:
        try:
            failure = waited(self._client, lambda seconds: task.exception(timeout=seconds))
            found: Folded | None = task.result() if failure is None else None
        except (CancelledError, OSError):
            raise Unusable("The cluster was lost while it read. Nothing was written.") from None
        if found is None:
            why = f"{type(failure).__name__}: {failure}"
            raise Unusable(f"The cluster read no segment in {self._folder.parent}, which its workers must see too. {why}")
        path.unlink()
        return found


@contextmanager
def spread(scheduler: str, folder: Path) -> Iterator[Spread]:
    """A cluster, with a folder that it and this process have in common. Raises `Unusable`, and `OSError` where no scheduler answers."""
    if not files.can_write():
        raise Unusable("Segments are Parquet files. Install what writes them, here and on the workers: tussenruimte[parquet].")
    if not folder.is_dir():
        raise Unusable(f"{folder} is no folder. Name one that this machine and all workers see.")
    # Workers may run from another folder.
    with cluster(scheduler) as client, TemporaryDirectory(prefix="segments-", dir=folder.resolve()) as own:
        yield Spread(client, Path(own))


def folded_file(path: str, rules: Rules) -> Folded:
    """What a worker does."""
    return folded(files.read(Path(path)), rules)


def _tracks(one: Unread) -> Iterator[Track]:
    items = weigh(one.told, one.definition)
    for holder, _ in one.whose:
        yield track(one.told, [item for item in items if taken_by(holder, item.holder)], holder, one.seen, one.step)


def _sent(one: Unread) -> _Sent:
    return _Sent(one.lens, [called for _, called in one.whose], one.seen, one.step)


def _reading(one: _Sent, called: str | None, found: Folded, place: int) -> Reading:
    name, _, version = one.lens.partition("@")
    these, those = (slice(bounds[place], bounds[place + 1]) for bounds in (found.grid, found.moved))
    shares = [[None if share != share else rounded(share) for share in part[these].tolist()] for part in found.shares]
    phases = [ALPHABET[state] for state in found.state[these]]
    sure = [rounded(known) for known in found.confidence[these].tolist()]
    helped, befriended, ambiguous = shares
    trajectory = p.Trajectory(name, version, called, list(one.seen.grid(one.step)), phases, helped, befriended, ambiguous, sure)
    began = origin(one.seen)
    moves = [
        p.Move(
            name, version, called, one.seen.weeks.of(began + at), ALPHABET[was], None, ALPHABET[now], None,
            CAUSES[cause],
        )
        for at, was, now, cause in zip(*(of[those].tolist() for of in (found.at, found.was, found.now, found.cause)), strict=True)
    ]  # fmt: skip
    return Reading(one.lens, called, trajectory, moves)
