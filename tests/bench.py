"""What the platform costs, each row against a baseline measured in the same run: `make bench`.

Absolute times say little on a shared machine, so every row is a ratio of medians over rounds that take turns. The real data set of
pupils' contacts is used where it lies beside the project; else made-up contacts of the same shape take its place, and the table says so.
"""

import argparse
import gc
import json
import os
import platform
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from domain.model.envelope import read
from domain.store.mapper import VOICES
from domain.store.places import on_sqlite
from domain.store.staging import Line
from domain.store.store import EventStore
from projections.reader import SLICE
from projections.runner import Runner
from projections.views.filters import RelationshipFilter
from projections.views.histories import Histories
from projections.views.questions import Questions
from projections.views.trajectories import Trajectories

ROOT = Path(__file__).parent.parent
HIGH_SCHOOL = ROOT.parent / "shared" / "data" / "highschool-2013" / "to_events.py"


def now() -> int:
    return int(time.time() * 1_000_000)


def made_up(events: int) -> Iterator[bytes]:
    """Contacts of the shape of the pupils': many pairs with a dozen meetings, some of whom say what it is."""
    pairs = max(events // 13, 1)
    people = max(pairs // 18, 2)
    start = datetime(2024, 1, 1, tzinfo=UTC)
    number = 0

    def line(kind: str, subject: str, occurred: str, data: dict[str, object], **more: str) -> bytes:
        nonlocal number
        number += 1
        envelope = {"specversion": "1.0", "id": f"b-{number:08d}", "source": "urn:tussenruimte:bench", "type": f"tussenruimte.{kind}.v1"}
        return json.dumps(
            {**envelope, "subject": subject, "occurred": occurred, "recordedby": "system/bench", **more, "data": data}
        ).encode()

    yield line(
        "initiative_registered",
        "initiative/bench",
        "2024-01-01",
        {"name": "Bench", "kind": "group", "guidance": "none", "contact": "one_off"},
    )
    for person in range(people):
        yield line("participant_registered", f"participant/p{person}", "2024-01-01", {"name": f"Person {person}"})
        yield line("consent_given", f"participant/p{person}", "2024-01-01", {"scope": "record"})
    for pair in range(pairs):
        a, b = pair % people, (pair * 7 + pair // people + 1) % people
        b = b if a != b else (b + 1) % people
        members = [{"handle": h, "participant": f"p{p}", "roles": ["participant"]} for h, p in (("a", a), ("b", b))]
        yield line(
            "contact_emerged", f"relationship/r{pair}", "2024-01-01", {"initiative": "bench", "members": members, "setting": "school"}
        )
    place = 0
    while number < events:
        pair = (place * 7919) % pairs
        when = (start + timedelta(minutes=7 * (place // pairs) * 24 + place % 1000)).strftime("%Y-%m-%dT%H:%M:%SZ")
        # One in a hundred says what it is; who does is strewn about, so that a page holds as much at every size.
        if (place * 2_654_435_761 >> 16) % 100 == 0:
            yield line("account_given", f"relationship/r{pair}", when, {"named": "friendship"}, perspective="a")
        else:
            yield line(
                "meeting_held", f"relationship/r{pair}", when, {"present": ["a", "b"], "place": "centre", "minutes": place % 40 + 0.33}
            )
        place += 1


def with_texts(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The same events, each with one sealed text."""
    for raw in lines:
        value = json.loads(raw)
        data = value["data"]
        about = data.get("present", [])[:1] or [m["handle"] for m in data.get("members", [])][:1]
        data["notes"] = [{"about": about, "text": "They sat by the window again and talked about the garden for a good while."}]
        yield json.dumps(value).encode()


class Place:
    """A folder for one measured store at a time."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bench-"))

    def fresh(self) -> Path:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        return self.folder / "bench.db"

    def store(self) -> EventStore:
        return on_sqlite(self.fresh(), b"r" * 32, "default", now)


def timed(work: Callable[[], object]) -> float:
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def imported(store: EventStore, lines: Iterable[bytes]) -> None:
    outcome = store.recording.record(((Line("bench", n), raw) for n, raw in enumerate(lines, 1)), recorded_by="system/bench")
    if outcome.refused:
        raise SystemExit(f"the bench's own data was refused: {outcome.refused[0].refusal.text()}")


class Contact(Aggregate):
    """The library's own aggregate, which checks, seals and proves nothing."""

    @event("Opened")
    def __init__(self, envelope: dict[str, object]) -> None:
        self.happened = 0

    @event("Happened")
    def happen(self, envelope: dict[str, object]) -> None:
        self.happened += 1


def app_save(place: Place, lines: list[bytes]) -> float:
    """Seconds for the library to take in the same lines: parse, trigger, and `app.save` by a hundred aggregates at a time."""
    app: Application = Application(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(place.fresh())})

    def take_in() -> None:
        contacts: dict[object, Contact] = {}
        for raw in lines:
            value = json.loads(raw)
            if (found := contacts.get(value["subject"])) is None:
                contacts[value["subject"]] = Contact(envelope=value)
            else:
                found.happen(envelope=value)
        waiting = list(contacts.values())
        for start in range(0, len(waiting), 100):
            app.save(*waiting[start : start + 100])

    taken = timed(take_in)
    app.close()
    return taken


def raw_insert(store: EventStore, place: Place) -> float:
    """Seconds to insert the same stored rows into the same table with its indexes by one executemany and to commit, and nothing else."""
    with store.reading() as connection:
        rows = connection.execute(
            "SELECT position, originator_id, topic, state, id, leaf, at, until FROM events ORDER BY position"
        ).fetchall()
    store.close()
    bare = place.store()

    def insert() -> None:
        with bare.database.writing("events") as connection:
            bare.recorder.append(connection, rows)

    taken = timed(insert)
    bare.close()
    return taken


def import_rows(lines: list[bytes], rounds: int, what: str, goal: float, against_save: bool) -> list[tuple[str, str, str]]:
    place = Place()
    ours, bare, saved = [], [], []
    for _ in range(rounds):
        store = place.store()
        ours.append(timed(lambda store=store: imported(store, lines)))  # type: ignore[misc]
        bare.append(raw_insert(store, place))
        if against_save:
            saved.append(app_save(place, lines))
    mine, least = statistics.median(ours), statistics.median(bare)
    told = [(f"import, {what}: of the raw bulk insert of the same rows", f"{least / mine:.2f}", f"≥ {goal:.2f}")]
    if against_save:
        told.append(
            (
                f"import, {what}: times as fast as the library's own app.save of the same lines",
                f"{statistics.median(saved) / mine:.2f}",
                "≥ 1.00",
            )
        )
    print(
        f"  {what}: {len(lines) / mine:,.0f} events/s, raw {len(lines) / least:,.0f}/s"
        + (f", app.save {len(lines) / statistics.median(saved):,.0f}/s" if saved else "")
    )
    return told


def read_and_open(store: EventStore) -> None:
    """The baseline of a rebuild: read every row, open its voices, decode it with msgspec."""
    ring = store.keys.ring()
    with store.reading() as connection:
        for stretch in store.stretches(connection, store.head(connection), SLICE):
            streams = list(store.within(connection, stretch))
            ring.prefetch_streams([stream for stream, _ in streams if stream.startswith("relationship/")])
            for _, rows in streams:
                for row in rows:
                    store.mapper.event(row, ring, VOICES)


def rebuild_row(lines: list[bytes], rounds: int) -> list[tuple[str, str, str]]:
    place = Place()
    store = place.store()
    imported(store, lines)
    runner = Runner(store, [Trajectories()], "bench")
    runner.rebuild()
    ours, bare = [], []
    for _ in range(rounds):
        bare.append(timed(lambda: read_and_open(store)))
        ours.append(timed(runner.rebuild))
    store.close()
    return [
        (
            "full rebuild of trajectories: times reading, opening and decoding",
            f"{statistics.median(ours) / statistics.median(bare):.2f}",
            "≤ 1.30",
        )
    ]


def grown(events: int, folder: str) -> None:
    """One size of the growth row, in a process of its own: prints microseconds per event and the peak of memory."""
    store = on_sqlite(Path(folder) / "bench.db", b"r" * 32, "default", now)
    importing = timed(lambda: imported(store, made_up(events)))
    import_peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    runner = Runner(store, [Histories(), Trajectories()])
    rebuilding = timed(runner.rebuild)
    questions = Questions(store, runner)

    def page() -> None:
        found = questions.relationship_page(100, None, RelationshipFilter())
        questions.readings([node.id for node in found.nodes], now())

    page()
    paging = statistics.median(timed(page) for _ in range(15))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps([importing / events, rebuilding / events, paging, import_peak, peak]))


def growth_rows(sizes: tuple[int, int]) -> list[tuple[str, str, str]]:
    found = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            done = subprocess.run(
                [sys.executable, __file__, "--grown", str(size), folder], capture_output=True, text=True, check=True, cwd=ROOT
            )
            found.append(json.loads(done.stdout))
    small, large = found
    span = f"from {sizes[0]:,} to {sizes[1]:,} events"
    names = (
        "import, time an event",
        "rebuild, time an event",
        "page of 100 with readings, time",
        "import, peak of memory",
        "import and rebuild, peak of memory",
    )
    return [(f"growth {span}: {name}", f"{large[place] / small[place]:.2f}", "≤ 1.30") for place, name in enumerate(names)]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--grown", nargs=2, help=argparse.SUPPRESS)
    options.add_argument("--skip-growth", action="store_true", help="leave out the rows that take minutes")
    given = options.parse_args()
    if given.grown:
        grown(int(given.grown[0]), given.grown[1])
        return
    if HIGH_SCHOOL.exists():
        lines = subprocess.run([sys.executable, str(HIGH_SCHOOL)], capture_output=True, check=True).stdout.splitlines()
        what = "high-school contacts"
    else:
        lines, what = list(made_up(75_000)), "made-up contacts"
    for raw in lines[:100]:
        read(raw)
    table = import_rows(lines, given.rounds, what, 0.20, True)
    table += import_rows(list(with_texts(lines)), given.rounds, f"{what}, one sealed text in every event", 0.10, False)
    table += rebuild_row(lines, given.rounds)
    if not given.skip_growth:
        table += growth_rows((100_000, 1_000_000))
    machine = f"{os.cpu_count()} cores, {platform.machine()}"
    print(f"\n{machine}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {datetime.now(UTC):%Y-%m-%d}\n")
    print("| row | measured | goal |\n|---|---|---|")
    for row in table:
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
