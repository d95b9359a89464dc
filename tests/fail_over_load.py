"""One process of the load of a fail-over: it records single events and small batches, and tells of each id when it was acknowledged.

`python tests/fail_over_load.py URL KEYS_URL NAME` goes on until its standard input is closed. What was not answered is sent again, with the
same ids, until it is. Every line it prints is an outcome and an id: `recorded`, `already`, or `unanswered` with the error in its place.
"""

import random
import select
import sys
import time
from collections.abc import Sequence
from itertools import count

from sent_lines import ROOT, Clock, meeting, note, record, runner_of

from domain.store.keys import KeyStoreSilent
from domain.store.places import on_postgres
from domain.store.postgres import Unreachable
from domain.store.store import EventStore

AGAIN_SECONDS = 0.2
SILENT = (Unreachable, KeyStoreSilent)


def send(store: EventStore, ids: Sequence[str]) -> None:
    while True:
        try:
            outcome = record(store, [meeting(id, "r", **note("They laughed.", "a", "b")) for id in ids])
        except SILENT as error:
            tell("unanswered", " ".join(str(error).split()))
            time.sleep(AGAIN_SECONDS)
            continue
        assert not outcome.refused, outcome.refused
        assert {outcome.recorded, outcome.already} == {0, len(ids)}, outcome
        for id in ids:
            tell("recorded" if outcome.recorded else "already", id)
        return


def tell(outcome: str, what: str) -> None:
    print(outcome, what, flush=True)


def closed() -> bool:
    return bool(select.select([sys.stdin], [], [], 0)[0])


def main(url: str, keys_url: str, name: str) -> None:
    store = on_postgres(url, keys_url, ROOT, "buurtmaat", Clock())
    runner = runner_of(store)
    for number in count():
        if closed():
            break
        size = random.choice([1, 1, random.randint(2, 20)])
        send(store, [f"{name}-{number}-{place}of{size}" for place in range(size)])
        if number % 5 == 0:
            try:
                runner.catch_up()
            except SILENT as error:
                tell("unanswered", " ".join(str(error).split()))
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
