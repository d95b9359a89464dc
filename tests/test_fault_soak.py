"""Nothing is lost, doubled or missed whatever fails: the short form of `make soak`, with each kind of fault once.

Beside it stands what a soak rests on: a proxy that does to connections what it says, and books in which a mistake is seen.
"""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

import psycopg
import pytest
from command_line import environment
from sent_lines import opened, pair, record
from servers import Postgres
from soak.faults import KINDS, api_killed, plan
from soak.houses import Alone, Shared
from soak.proxy import Proxy
from soak.subscribers import Socket, Told
from soak.verdict import misheard, verdict
from store_faults import faults
from store_places import Databases

TESTS = Path(__file__).parent
EVENTS = [(1, "a"), (2, "b"), (3, "c")]


def test_nothing_is_lost_doubled_or_missed_whatever_fails() -> None:
    faults = sum(map(len, KINDS.values()))
    command = [sys.executable, str(TESTS / "fault_soak.py"), "--faults", str(faults), "--seed", "1"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("| 1 |") == faults


@pytest.mark.parametrize("house", [Shared, Alone])
def test_a_plan_goes_through_all_kinds_before_any_comes_again(house: type[Shared] | type[Alone]) -> None:
    kinds = KINDS[house]
    drawn = plan(kinds, Random(1))
    first, second = ([next(drawn) for _ in kinds] for _ in range(2))
    assert first != second
    assert set(first) == set(second) == set(kinds)


class Skipping(Socket):
    """Forgets the twentieth event."""

    def _note(self, told: Told) -> None:
        super()._note(told)
        if told.position == 20:
            self.book.pop()


class Careless(Alone):
    """A server that acknowledges too early, and subscribers one of whom skips an event."""

    program = "soak.careless"
    audience_of = (Skipping, Socket)


def test_the_check_sees_a_server_that_acknowledges_too_early_and_a_subscriber_who_skips() -> None:
    with closing(Careless()) as house:
        house.begin()
        for _ in range(4):
            time.sleep(0.3)
            api_killed(house, Random(1))
            house.load_goes_on()
        found = verdict(house)
    assert found.lost > 0
    assert found.untold == 1


@pytest.mark.parametrize("written", ["on", "off"])
def test_the_check_sees_a_postgresql_that_acknowledges_before_it_has_written(written: str) -> None:
    with Postgres(synchronous_commit=written, wal_writer_delay="10s") as server:
        place = Databases(server)
        with closing(opened(place)) as store:
            with psycopg.connect(server.url, autocommit=True) as connection:
                connection.execute("CHECKPOINT")  # What was made so far is written.
            assert record(store, pair()).recorded == 6
            server.kill()
        server.start()
        lost = faults(place, ["r-match"])
    assert lost == ([] if written == "on" else ["r-match was acknowledged and is lost"])


@pytest.mark.parametrize(
    ("book", "found"),
    [
        ([(1, "a"), (3, "c")], ["subscriber 0 was not told of b at 2"]),
        ([(1, "a"), (2, "b"), (2, "b"), (3, "c")], ["subscriber 0 was told once too often of b at 2"]),
        ([(1, "a"), (3, "c"), (2, "b")], ["subscriber 0 was told in another order"]),
        (EVENTS, []),
    ],
)
def test_the_check_sees_what_a_subscriber_misheard(book: list[tuple[int, str]], found: list[str]) -> None:
    assert misheard(EVENTS, 0, book) == found
    assert misheard(EVENTS, 1, EVENTS[1:]) == []


@contextmanager
def echoing() -> Iterator[tuple[Proxy, socket.socket]]:
    """A proxy before a server that sends everything back, and a connection through it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            try:
                while True:
                    answering, _ = listening.accept()
                    threading.Thread(target=answer, args=(answering,), daemon=True).start()
            except OSError:
                return

        def answer(answering: socket.socket) -> None:
            with answering:
                try:
                    while data := answering.recv(100):
                        answering.sendall(data)
                except ConnectionResetError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        with Proxy(listening.getsockname()[1]) as proxy, connected(proxy) as client:
            yield proxy, client
        listening.shutdown(socket.SHUT_RDWR)


@contextmanager
def connected(proxy: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client:
        client.sendall(b"first")
        assert client.recv(100) == b"first"
        yield client


def test_a_proxy_passes_on_what_is_sent_and_that_an_end_was_reached() -> None:
    with echoing() as (_, client):
        client.sendall(b"second")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100) == b"second"
        assert client.recv(100) == b""


def test_a_connection_that_is_cut_is_reset_and_the_next_one_holds() -> None:
    with echoing() as (proxy, client):
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            client.recv(100)
        with connected(proxy):
            pass


def test_a_half_open_connection_hears_nothing_until_it_is_reset_and_the_next_one_holds() -> None:
    with echoing() as (proxy, client):
        proxy.silence()
        client.sendall(b"second")
        client.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.recv(100)
        proxy.recover()
        client.settimeout(10)
        with pytest.raises(ConnectionResetError):
            client.recv(100)
        with connected(proxy):
            pass


def test_a_delayed_connection_loses_nothing() -> None:
    with echoing() as (proxy, client):
        proxy.slow(0.1)
        client.sendall(b"second")
        client.settimeout(0.05)
        with pytest.raises(TimeoutError):
            client.recv(100)
        client.settimeout(10)
        assert client.recv(100) == b"second"
