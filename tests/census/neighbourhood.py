"""An organisation with as many relationships as it takes for something to be told, recorded as a sender would."""

from collections.abc import Iterator

from sent_lines import account, line, person, record

from domain.store.store import EventStore

NAMED = ("help", "friendship", "both")


def initiative(id: str, kind: str = "buddy", guidance: str = "light") -> bytes:
    data = {"name": "Next Door", "kind": kind, "guidance": guidance, "contact": "fixed"}
    return line(f"{id}-registered", "initiative_registered", f"initiative/{id}", data)


def pair(home: str, number: int, named: str, month: int = 1, said: int = 2) -> Iterator[bytes]:
    """Two people who meet in a month of 2021, one of whom says two months later what it is."""
    id = f"{home}-{number}"
    yield from person(f"{id}-anna")
    yield from person(f"{id}-bram")
    members = [
        {"handle": "a", "participant": f"{id}-anna", "roles": ["participant"]},
        {"handle": "b", "participant": f"{id}-bram", "roles": ["participant"]},
    ]
    yield line(f"{id}-began", "contact_emerged", f"relationship/{id}", {"initiative": home, "members": members}, f"2021-{month:02}-03")
    yield account(f"{id}-said", id, named=named, occurred=f"2021-{month + said:02}-11")


def settle(store: EventStore, homes: int = 4, pairs: int = 24) -> None:
    """Initiatives of two kinds, in each of which a third of the pairs say the same; of the last there are three pairs only."""
    lines = [initiative(f"home{home}", "buddy" if home % 2 else "chores") for home in range(homes)]
    for home in range(homes):
        for number in range(pairs if home < homes - 1 else 6):
            lines += pair(f"home{home}", number, NAMED[number % 3], number % 4 + 1)
    assert not record(store, lines).refused
