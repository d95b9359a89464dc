"""Clients that ask the same thing over and over, so many at once, and how many answers come in a second."""

import http.client
import json
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg

CLIENTS = 16
SECONDS = 4.0
Ask = Callable[[], bytes]


def rate(client: Callable[[], Ask], clients: int = CLIENTS, seconds: float = SECONDS) -> float:
    """Answers a second that so many clients get together. Each is made by `client`, and asks once before the time begins."""
    counts = [0] * clients
    failed: list[BaseException] = []
    ready = threading.Barrier(clients + 1)

    def run(number: int) -> None:
        try:
            ask = client()
            ask()
            ready.wait()
            while time.perf_counter() < ends[0]:
                ask()
                counts[number] += 1
        except BaseException as error:
            failed.append(error)
            ready.abort()
            raise

    ends = [float("inf")]
    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    began = time.perf_counter()
    try:
        ends[0] = began + 600
        ready.wait()
        began = time.perf_counter()
        ends[0] = began + seconds
    except threading.BrokenBarrierError:
        ends[0] = 0.0
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return sum(counts) / (time.perf_counter() - began)


def over_http(port: int, path: str, headers: dict[str, str], body: Callable[[], dict[str, Any]]) -> Callable[[], Ask]:
    """A client that posts JSON over a connection of its own. What is answered is looked at once."""

    def client() -> Ask:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        seen = False

        def ask() -> bytes:
            nonlocal seen
            connection.request("POST", path, json.dumps(body()), {"Content-Type": "application/json", **headers})
            response = connection.getresponse()
            answer = response.read()
            if response.status != 200 or (not seen and "errors" in json.loads(answer)):
                raise RuntimeError(f"{response.status}: {answer[:500]!r}")
            if not seen:
                # Until the others have asked once too the server may have closed it.
                connection.close()
                seen = True
            return answer

        return ask

    return client


def over_sql(url: str, statement: str, *values: Any) -> Callable[[], Ask]:
    """A client that has PostgreSQL write its answer as JSON, and fetches that."""

    def client() -> Ask:
        connection = psycopg.connect(url, autocommit=True)

        def ask() -> bytes:
            row = connection.execute(statement, values, binary=True).fetchone()
            assert row is not None
            return bytes(row[0])

        return ask

    return client
