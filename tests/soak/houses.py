"""The platform as a soak runs it: processes of its own on real servers, with a proxy on every way between them, and under load.

`Shared` is two of api and two workers on PostgreSQL and Redis, `Alone` one process on SQLite files. Each can begin many rounds, one after
the other, in each of which nothing is recorded at first.
"""

import base64
import shutil
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

from redis_servers import Redis
from sent_lines import ROOT, initiative, opened, record
from servers import Postgres, free_port
from store_places import Databases, Files, Place

from domain.store.tokens import Tokens
from soak.clock import SharedClock
from soak.disk import Disk
from soak.imports import Imports
from soak.process import Process
from soak.proxy import Proxy
from soak.subscribers import Audience, Socket, Stream, Subscriber

ROOT_KEY = base64.b64encode(ROOT).decode()
PATIENCE_SECONDS = 90
UNDER_WAY = 100
"""Acknowledged events from which there is load."""
OWN = ["--organisation", "buurtmaat"]


class Stuck(Exception):
    """The platform did not come back after a fault."""


class House(ABC):
    """`apis`, `workers` and `recorders` are started again when they end; `wires` are the proxies, by whom they lead to."""

    name: str
    place: Place
    program = "soak.shifted"
    audience_of: Sequence[type[Subscriber]] = (Socket, Socket, Stream, Stream)

    def __init__(self) -> None:
        self._held = ExitStack()
        self.folder = Path(self._held.enter_context(tempfile.TemporaryDirectory(prefix="soak-")))
        self.disk = self._held.enter_context(Disk())
        self.clock = SharedClock(self.folder / "clock")
        self.apis: list[Process] = []
        self.workers: list[Process] = []
        self.recorders: list[Process] = []
        self.wires: dict[str, list[Proxy]] = {}
        self.audience: Audience
        self.addresses: list[str] = []
        self._round = 0

    def begin(self) -> None:
        """A round in which an initiative is recorded, and nothing else."""
        self._round += 1
        shutil.rmtree(self.books, ignore_errors=True)
        self.books.mkdir()
        for log in self.logs():
            log.unlink()
        self._empty()
        with closing(opened(self.place, clock=self.clock)) as store:
            record(store, [initiative()])
            token = Tokens(store.database, self.clock).create(name="soak")
        self.apis = [self._process(f"api{number}", ["serve", "--port", str(port)]) for number, port in enumerate(self._ports)]
        self.audience = Audience([kind(self.addresses, token, after % 2) for after, kind in enumerate(self.audience_of)])
        self._begin_load(token)
        self.load_goes_on(UNDER_WAY)

    def load_goes_on(self, events: int = 1) -> None:
        """Return when so many events more were acknowledged."""
        limit = time.monotonic() + PATIENCE_SECONDS
        due = len(self.acknowledged()) + events
        while len(self.acknowledged()) < due:
            if time.monotonic() > limit:
                raise Stuck(f"For {PATIENCE_SECONDS} seconds nothing was acknowledged.")
            time.sleep(0.05)

    def end_load(self) -> None:
        """Every recorder ends when what it sent last was acknowledged."""
        self._end(self.recorders)

    def end(self) -> list[str]:
        """Ends all processes, as a supervisor does; those that did not end by themselves."""
        return self._end(self.apis) + self._end(self.workers)

    def acknowledged(self) -> list[str]:
        """The lines of all books; see `recorder`."""
        return [line for book in self.books.iterdir() for line in book.read_text().splitlines()]

    def logs(self) -> list[Path]:
        """What the processes of this round printed."""
        return sorted(self.folder.glob("*.log"))

    def close(self) -> None:
        for processes in (self.recorders, self.apis, self.workers):
            self._end(processes)
        self._held.close()

    @property
    def books(self) -> Path:
        return self.folder / "books"

    @abstractmethod
    def writing(self) -> list[int]:
        """The processes that write to the disk."""

    @abstractmethod
    def revive(self) -> None:
        """See to it that what a full disk ended runs again."""

    @abstractmethod
    def _empty(self) -> None: ...

    @abstractmethod
    def _begin_load(self, token: str) -> None: ...

    def _listen(self, count: int) -> None:
        """Ports for so many of api, each behind a proxy."""
        self._ports = [free_port() for _ in range(count)]
        self.wires["clients"] = [self._held.enter_context(Proxy(port)) for port in self._ports]
        self.addresses = [f"http://127.0.0.1:{proxy.port}" for proxy in self.wires["clients"]]

    def _settings(self) -> Mapping[str, str]:
        return {"TUSSENRUIMTE_ROOT_KEY": ROOT_KEY}

    def _process(self, name: str, said: Sequence[str]) -> Process:
        arguments = ["-m", self.program, str(self.clock.file), *OWN, *said]
        return Process(name, self.folder, lambda _: arguments, self._settings())

    def _recorder(self, way: str, name: str, *rest: str) -> Process:
        """Each start has a name of its own, since the ids of the one before are taken."""

        def said(start: int) -> list[str]:
            own = f"{name}s{start}"
            return ["-m", "soak.recorder", way, own, str(self.books / own), *rest]

        return Process(f"recorder-{name}", self.folder, said, {})

    def _end(self, processes: list[Process]) -> list[str]:
        for process in processes:
            process.signal_end()
        left = [process.name for process in processes if not process.ended()]
        processes.clear()
        return left


class Shared(House):
    """On PostgreSQL and Redis."""

    name = "PostgreSQL and Redis"

    def __init__(self) -> None:
        super().__init__()
        self.postgres = self._held.enter_context(Postgres(self.disk.folder, max_wal_size="64MB", min_wal_size="32MB"))
        self.redis = self._held.enter_context(Redis())
        self.databases = Databases(self.postgres)
        self.place = self.databases
        for name, port in (("PostgreSQL", self.postgres.port), ("Redis", self.redis.port)):
            self.wires[name] = [self._held.enter_context(Proxy(port))]
        self._listen(2)

    def writing(self) -> list[int]:
        return [self.postgres.program.pid]

    def revive(self) -> None:
        self.postgres.revive()

    def _empty(self) -> None:
        self.databases.empty()

    def _settings(self) -> Mapping[str, str]:
        return {
            **super()._settings(),
            "TUSSENRUIMTE_DATABASE_URL": self._through("PostgreSQL", self.databases.url),
            "TUSSENRUIMTE_KEYS_URL": self._through("PostgreSQL", self.databases.keys_url),
            "TUSSENRUIMTE_REDIS_URL": self._through("Redis", self.redis.url),
        }

    def _begin_load(self, token: str) -> None:
        self.workers = [self._process(f"worker{number}", ["work"]) for number in range(2)]
        urls = [self._through("PostgreSQL", url) for url in (self.databases.url, self.databases.keys_url)]
        self.recorders = [
            self._recorder("http", "h", token, *self.addresses),
            self._recorder("store", "s", *urls, str(self.clock.file)),
        ]

    def _through(self, wire: str, url: str) -> str:
        parts = urlsplit(url)
        own = parts.netloc.rpartition(":")[0]
        return parts._replace(netloc=f"{own}:{self.wires[wire][0].port}").geturl()


class Alone(House):
    """On SQLite files: one process serves, and the command line records beside it."""

    name = "SQLite"
    place: Files
    imports: Imports

    def __init__(self) -> None:
        super().__init__()
        self._listen(1)

    def writing(self) -> list[int]:
        return [process.pid for process in self.apis]

    def revive(self) -> None:
        """A process that a full disk ended was started again."""

    def end_load(self) -> None:
        self.imports.end()
        super().end_load()

    def _empty(self) -> None:
        own = self.disk.folder / f"round{self._round}"
        shutil.rmtree(self.disk.folder / f"round{self._round - 1}", ignore_errors=True)
        own.mkdir()
        self.place = Files(own / "tussenruimte.buurtmaat.db")

    def _settings(self) -> Mapping[str, str]:
        return {**super()._settings(), "TUSSENRUIMTE_DATABASE_URL": f"sqlite:///{self.place.path.with_name('tussenruimte.db')}"}

    def _begin_load(self, token: str) -> None:
        self.recorders = [self._recorder("http", "h", token, *self.addresses)]
        said = ["-m", self.program, str(self.clock.file), *OWN, "import", "-"]
        self.imports = Imports(self.books / "imports", said, self._settings())
