"""A provider that answers with too much, too slowly, with something else or from elsewhere is as one that does not answer."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from servers import free_port

from api.sign_in.fetching import MOST_BYTES, Declined, Unreached, fetched

Said = dict[str, Any]


class Odd(BaseHTTPRequestHandler):
    """Answers each path in its own way."""

    def do_GET(self) -> None:
        self.send_response(302 if self.path == "/led-on" else int(self.path[1:]) if self.path[1:].isdecimal() else 200)
        if self.path == "/led-on":
            self.send_header("Location", "/plain")
        self.end_headers()
        if self.path == "/endless":
            self.endless()
        elif self.path == "/trickle":
            self.trickle()
        else:
            self.wfile.write({"/plain": b'{"a": 1}', "/deep": b"[" * 100_000, "/list": b"[]"}.get(self.path, b"<html>"))

    def do_POST(self) -> None:
        self.do_GET()

    def endless(self) -> None:
        for _ in range(MOST_BYTES):
            self.wfile.write(b" " * 1_024)

    def trickle(self) -> None:
        while not self.server.ended:  # type: ignore[attr-defined]
            self.wfile.write(b" ")
            time.sleep(0.2)

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def odd() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Odd) as server:
        server.ended = False  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.ended = True  # type: ignore[attr-defined]
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with odd() as found:
        yield found


def test_what_is_in_order_is_read(address: str) -> None:
    assert fetched(f"{address}/plain", Said) == {"a": 1}
    assert fetched(f"{address}/plain", Said, {"code": "1"}, "Basic eDp5") == {"a": 1}


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("endless", "more than"), ("trickle", "too slowly"), ("led-on", "answers 302"), ("404", "answers 404"), ("500", "answers 500"),
        ("html", "something else"), ("list", "something else"), ("deep", "something else"),
    ],
)  # fmt: skip
def test_what_is_not_is_as_no_answer(address: str, path: str, why: str) -> None:
    with pytest.raises(Unreached, match=why):
        fetched(f"{address}/{path}", Said)


def test_a_form_may_be_declined(address: str) -> None:
    with pytest.raises(Declined):
        fetched(f"{address}/400", Said, {"code": "1"})
    with pytest.raises(Unreached):
        fetched(f"{address}/500", Said, {"code": "1"})


def test_nobody_there_is_as_no_answer() -> None:
    with pytest.raises(Unreached):
        fetched(f"http://127.0.0.1:{free_port()}/", Said)


@pytest.mark.parametrize(
    "address", ["http://id.example.org/", "file:///etc/passwd", "ftp://127.0.0.1/", "data:,{}", "//127.0.0.1", "", "https://["]
)
def test_nothing_is_asked_over_what_others_can_read(address: str) -> None:
    with pytest.raises(Unreached, match="begins with neither"):
        fetched(address, Said)
