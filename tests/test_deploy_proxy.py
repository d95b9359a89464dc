"""The proxy of Compose, as it stands there, before a real server: TLS, what it passes on and how soon, and what it keeps to itself.

Only its ports, the name of what it stands before and the folder of its certificates are others.
"""

import http.server
import json
import os
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from command_line import run_in
from deploy_tools import DEPLOY, program, serving
from live import EVENTS, PROTOCOL
from servers import free_port
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

CADDYFILE = (DEPLOY / "compose" / "Caddyfile").read_text()
EXAMPLE = DEPLOY.parent / "examples" / "petra-maaike.jsonl"
SECONDS = 30


class Proxy(NamedTuple):
    """A proxy that runs: its port with TLS, the one without, and who vouches for it."""

    port: int
    plain_port: int
    trust: ssl.SSLContext

    def asked(self, path: str) -> httpx.Response:
        return httpx.get(f"https://localhost:{self.port}{path}", verify=self.trust, timeout=SECONDS)


def until(found: Callable[[], bool]) -> None:
    limit = time.monotonic() + SECONDS
    while not found():
        assert time.monotonic() < limit, "It did not come about."
        time.sleep(0.05)


def greets(port: int) -> bool:
    """Whether it comes to TLS there: the port is open before there is a certificate."""
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection(("127.0.0.1", port), SECONDS) as trial, anybody.wrap_socket(trial, server_hostname="localhost"):
            return True
    except OSError:
        return False


@contextmanager
def proxy_before(port: int, folder: Path, configuration: str = CADDYFILE) -> Iterator[Proxy]:
    tls, plain = free_port(), free_port()
    other = {"https_port 8443": f"https_port {tls}", "http_port 8080": f"http_port {plain}", "a api 8000": f"a localhost {port}"}
    for there, here in other.items():
        assert there in configuration
        configuration = configuration.replace(there, here)
    (folder / "Caddyfile").write_text(configuration)
    command = [program("caddy"), "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"]
    settings = {**os.environ, "SITE": "localhost", "XDG_DATA_HOME": str(folder / "data"), "XDG_CONFIG_HOME": str(folder / "config")}
    with (folder / "caddy.log").open("w") as log:
        process = subprocess.Popen(command, env=settings, stdout=log, stderr=log)
    try:
        own = folder / "data" / "caddy" / "certificates" / "local" / "localhost" / "localhost.key"
        until(lambda: process.poll() is not None or (own.exists() and greets(tls)))
        assert process.poll() is None, (folder / "caddy.log").read_text()
        trust = ssl.create_default_context(cafile=folder / "data" / "caddy" / "pki" / "authorities" / "local" / "root.crt")
        yield Proxy(tls, plain, trust)
    finally:
        process.terminate()
        process.wait(SECONDS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    assert run_in(folder)("import", str(EXAMPLE)).code == 0
    return folder


@pytest.fixture(scope="module")
def proxy(folder: Path) -> Iterator[Proxy]:
    port = free_port()
    with serving(folder, port), proxy_before(port, folder) as proxy:
        yield proxy


def test_it_answers_over_tls_and_says_so_for_a_year(proxy: Proxy) -> None:
    answer = proxy.asked("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_who_comes_without_tls_is_sent_to_it(proxy: Proxy) -> None:
    answer = httpx.get(f"http://localhost:{proxy.plain_port}/graphiql/")
    assert (answer.status_code, answer.headers["Location"]) == (308, "https://localhost/graphiql/")


def test_the_figures_of_the_operator_are_not_shown_outside(proxy: Proxy) -> None:
    answer = proxy.asked("/metrics")
    assert (answer.status_code, answer.content) == (404, b"")


def test_a_subscription_passes_and_is_let_in_by_its_token(proxy: Proxy, folder: Path) -> None:
    token = run_in(folder)("token", "create").out.strip()
    address = f"localhost:{proxy.port}"
    with connect(f"wss://{address}/graphql", ssl=proxy.trust, subprotocols=[PROTOCOL], origin=f"https://{address}") as socket:
        socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}))
        assert json.loads(socket.recv(SECONDS)) == {"type": "connection_ack"}
        socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": EVENTS, "variables": {"after": "0"}}}))
        first = json.loads(socket.recv(SECONDS))["payload"]["data"]["events"]
        assert (first["__typename"], first["event"]["position"]) == ("EventArrived", "1")


def test_a_subscription_from_another_site_is_refused(proxy: Proxy) -> None:
    address = f"wss://localhost:{proxy.port}/graphql"
    with (
        pytest.raises(InvalidStatus, match="403"),
        connect(address, ssl=proxy.trust, subprotocols=[PROTOCOL], origin="https://other.example"),
    ):
        pass


def test_a_question_that_comes_while_the_server_starts_anew_is_answered(folder: Path, tmp_path: Path) -> None:
    port = free_port()
    with proxy_before(port, tmp_path) as proxy, ThreadPoolExecutor() as pool:
        asked = pool.submit(proxy.asked, "/readyz")
        with serving(folder, port):
            assert asked.result(SECONDS).status_code == 200


class Halting(http.server.BaseHTTPRequestHandler):
    """Sends a line, and the next one only when the first was read."""

    read = threading.Event()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/jsonl")
        self.end_headers()
        self.wfile.write(b"1\n")
        self.wfile.flush()
        self.read.wait(SECONDS)
        self.wfile.write(b"2\n")

    def log_message(self, format: str, *_: object) -> None: ...


@pytest.mark.parametrize("held_back", [False, True], ids=["as it stands there", "with a buffer"])
def test_no_answer_is_held_back_until_it_is_whole(tmp_path: Path, held_back: bool) -> None:
    Halting.read.clear()
    buffer = "lb_policy least_conn\n\t\tresponse_buffers 4KiB"
    configuration = CADDYFILE.replace("lb_policy least_conn", buffer) if held_back else CADDYFILE
    source = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Halting)
    threading.Thread(target=source.serve_forever, daemon=True).start()
    expected = pytest.raises(httpx.ReadTimeout) if held_back else nullcontext()
    with proxy_before(source.server_address[1], tmp_path, configuration) as proxy, expected:
        asked = httpx.stream("GET", f"https://localhost:{proxy.port}/", verify=proxy.trust, timeout=2 if held_back else SECONDS)
        with asked as answer:
            lines = answer.iter_lines()
            assert next(lines) == "1"
            Halting.read.set()
            assert next(lines) == "2"
    Halting.read.set()
    source.shutdown()
    source.server_close()
