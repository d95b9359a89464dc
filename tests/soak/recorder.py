"""A process that records as fast as it is let, in several threads, and notes in a file what was acknowledged to it.

`python -m soak.recorder http NAME BOOK TOKEN ADDRESS…` records over HTTP, at any of the addresses; `python -m soak.recorder store NAME
BOOK URL KEYS_URL CLOCK` through the store, in this process. Whatever was not answered clearly is sent again, with the same ids, until it is
acknowledged; only then come others. A line of the book is an id, or `!` and what was refused, which nothing that is sent here may be.
"""

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

import httpx
from sent_lines import ROOT, meeting, note, pair, record

from domain.store.places import on_postgres
from domain.store.trouble import TROUBLE
from soak.clock import SharedClock

HTTP_THREADS, STORE_THREADS = 3, 2
MEETINGS = 40
"""Batches of each relationship."""
AGAIN_SECONDS = 0.1
ANSWER_SECONDS = 15
LARGEST_PAUSE_SECONDS = 0.06
SIZES = (1, 1, 1, 2, 5, 20)
NO_ANSWER = (429, 500, 502, 503, 504)

Send = Callable[[Sequence[bytes]], str | None]
"""Sends a batch once. None: it was acknowledged; else what was wrong, with `!` where it was refused."""


class Book:
    """What was acknowledged, each written out before the next is sent."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY)

    def note(self, lines: Sequence[str]) -> None:
        os.write(self._file, "".join(f"{one}\n" for one in lines).encode())


def batches(name: str) -> list[tuple[list[str], list[bytes]]]:
    """One relationship: the batch that makes it, and those of its meetings; the ids with each."""
    made = pair(name)[1:]
    ids = [f"{name}-anna-registered", f"{name}-anna-consent", f"{name}-bram-registered", f"{name}-bram-consent", f"{name}-match"]
    found = [(ids, made)]
    for number in range(MEETINGS):
        size = random.choice(SIZES)
        ids = [f"{name}-{number}-{place}of{size}" for place in range(size)]
        found.append((ids, [meeting(id, name, **note("They laughed about the rain.", "a", "b")) for id in ids]))
    return found


def work(name: str, book: Book, send: Send, ending: threading.Event) -> None:
    for number in count():
        for ids, lines in batches(f"{name}r{number}"):
            while (trouble := send(lines)) is not None:
                if trouble.startswith("!"):
                    book.note([trouble])
                    os._exit(1)
                time.sleep(AGAIN_SECONDS)
            book.note(ids)
            if ending.wait(random.uniform(0, LARGEST_PAUSE_SECONDS)):
                return


def over_http(addresses: Sequence[str], token: str) -> Send:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/cloudevents-batch+json"}
    client = httpx.Client(headers=headers, timeout=ANSWER_SECONDS)

    def send(lines: Sequence[bytes]) -> str | None:
        try:
            answer = client.post(random.choice(addresses) + "/events", content=b"[" + b",".join(lines) + b"]")
        except httpx.HTTPError as error:
            return type(error).__name__
        if answer.status_code == 200:
            told = answer.json()
            return None if told["recorded"] + told["already"] == len(lines) else f"! {answer.text}"
        return answer.text if answer.status_code in NO_ANSWER else f"! {answer.status_code} {answer.text}"

    return send


def through_store(url: str, keys_url: str, clock: SharedClock) -> Send:
    store = on_postgres(url, keys_url, ROOT, "buurtmaat", clock)

    def send(lines: Sequence[bytes]) -> str | None:
        try:
            outcome = record(store, lines)
        except TROUBLE as error:
            return str(error)
        return f"! {outcome.refused}" if outcome.refused else None

    return send


def main(way: str, name: str, book: str, *rest: str) -> None:
    ending = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ending.set())
    if way == "http":
        token, *addresses = rest
        senders = [over_http(addresses, token) for _ in range(HTTP_THREADS)]
    else:
        url, keys_url, clock = rest
        senders = [through_store(url, keys_url, SharedClock(Path(clock)))] * STORE_THREADS
    noted = Book(Path(book))
    threads = [threading.Thread(target=work, args=(f"{name}t{number}", noted, send, ending)) for number, send in enumerate(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
