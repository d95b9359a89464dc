"""What is found wrong when a round has come to rest: in the store, in the views, and in the books of those who recorded and subscribed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from msgspec import Struct
from sent_lines import opened
from store_faults import faults

from domain.store.database import EVENTS
from soak.houses import House

TOLD = 5
"""Of each sort; the rest is counted."""


OF_A_FULL_DISK = ("(SQLITE_FULL)", "(SQLITE_IOERR", "domain.store.ring.KeyStoreError")
"""What SQLite, and the key store on it, raise for a full disk: it is logged with where it came to light, as it should be."""


class Verdict(Struct):
    """What a round found; the four figures, and every finding in words."""

    events: int = 0
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    untold: int = 0
    unequal: int = 0
    breaks: int = 0
    starts: int = 0
    findings: list[str] = []

    def add(self, other: "Verdict") -> None:
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def verdict(house: House) -> Verdict:
    """Ends the load and the processes of a round, and looks at what is left."""
    processes = [*house.apis, *house.workers, *house.recorders]
    found = Verdict(starts=sum(one.starts for one in processes))
    house.end_load()
    events = recorded(house)
    late = house.audience.finish(len(events))
    left = house.end()
    lines = house.acknowledged()
    acknowledged = [line for line in lines if not line.startswith("!")]
    store = faults(house.place, acknowledged, clock=house.clock)
    found.events, found.acknowledged = len(events), len(acknowledged)
    found.lost = sum("is lost" in one for one in store)
    found.unequal = sum(one.startswith("the view") for one in store)
    twice = [f"{id} was recorded {count} times" for id, count in Counter(id for _, id in events).items() if count > 1]
    found.doubled = len(twice) + sum(one.startswith("the checkpoint") for one in store)
    untold = [fault for number, one in enumerate(house.audience.subscribers) for fault in misheard(events, one.after, one.book, number)]
    found.untold = len(untold) + len(late)
    found.breaks = sum(one.breaks for one in house.audience.subscribers)
    found.findings = [
        *some(store),
        *some(twice),
        *some(untold),
        *(f"a {type(one).__name__} never came to the end: it stands at {one.came_to}" for one in late),
        *some(line for line in lines if line.startswith("!")),
        *(f"{name} did not end when it was told to" for name in left),
        *some(line for log in house.logs() for line in unforeseen(log)),
    ]
    return found


def recorded(house: House) -> list[tuple[int, str]]:
    """The positions and ids of all events."""
    with closing(opened(house.place, clock=house.clock)) as store, store.reading() as connection:
        return list(connection.execute(f"SELECT position, id FROM {connection.table(EVENTS)} e ORDER BY position").fetchall())


def misheard(events: Sequence[tuple[int, str]], after: int, book: Sequence[tuple[int, str]], number: int = 0) -> list[str]:
    """What one subscriber was told otherwise than it was recorded."""
    due, told = Counter(events[after:]), Counter(book)
    found = [f"subscriber {number} was not told of {id} at {position}" for position, id in (due - told)]
    found += [f"subscriber {number} was told once too often of {id} at {position}" for position, id in (told - due)]
    if not found and list(book) != list(events[after:]):
        found.append(f"subscriber {number} was told in another order")
    return found


def unforeseen(log: Path) -> Iterable[str]:
    """The lines that say that something happened which the program did not foresee, each with what was raised."""
    lines = log.read_text(errors="replace").splitlines()
    for number, line in enumerate(lines):
        if any(found in line for found in OF_A_FULL_DISK):
            continue
        if "Traceback" in line or any(f'"level": "{level}"' in line for level in ("error", "critical")):
            raised = (after for after in lines[number + 1 :] if after and after[0] not in " {")
            yield f"{log.stem} logged: {line[:200]} … {line[-500:]} {next(raised, '')[:500]}"


def some(found: Iterable[str]) -> list[str]:
    every = list(found)
    return every[:TOLD] + ([f"and {len(every) - TOLD} more of that sort"] if len(every) > TOLD else [])
