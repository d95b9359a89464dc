"""PostgreSQL on several nodes, kept by Patroni and etcd as operators run them: Debian's programs with the shipped `deploy/patroni.yaml`.

    with Patroni() as cluster:
        cluster.primary().kill()
        cluster.primary()       # when another has taken its place

Only names, ports, passwords and how soon a node is given up are other than in that file.
"""

import os
import pwd
import shutil
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

import psutil
import yaml
from families import children_called
from servers import Server, ServerError, free_port, new_database

SHIPPED = Path(__file__).parent.parent / "deploy" / "patroni.yaml"
DEBIAN = Path("/usr/lib/postgresql")
SOONER = {"ttl": 10, "loop_wait": 1, "retry_timeout": 3}
"""Seconds after which a primary that is not heard of has lost its place, and what goes with it."""
PATIENCE_SECONDS = 90
PASSWORD = "for-the-tests"


def missing() -> list[str]:
    """The Debian packages that are not installed."""
    there = {"patroni": shutil.which("patroni"), "etcd-server": shutil.which("etcd"), "postgresql": any(DEBIAN.glob("*/bin/postgres"))}
    return [name for name, found in there.items() if not found]


def until(found: Callable[[], Any], what: str) -> Any:
    """What `found` gives, when it gives something."""
    limit = time.monotonic() + PATIENCE_SECONDS
    while not (it := found()):
        if time.monotonic() > limit:
            raise ServerError(f"Waited {PATIENCE_SECONDS} s in vain until {what}.")
        time.sleep(0.05)
    return it


def asked(url: str) -> tuple[int, bytes]:
    """Status and body; (0, b"") where nothing answers."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, b""
    except OSError:
        return 0, b""


class Etcd(Server):
    """Where the nodes agree on who is the primary."""

    def _prepare(self) -> None:
        self._peers = f"http://127.0.0.1:{free_port()}"

    def _command(self) -> list[str]:
        here = f"http://127.0.0.1:{self.port}"
        settings = {"name": "one", "data-dir": str(self.folder / "data"), "listen-client-urls": here, "advertise-client-urls": here,
                    "listen-peer-urls": self._peers, "initial-advertise-peer-urls": self._peers,
                    "initial-cluster": f"one={self._peers}"}  # fmt: skip
        return ["etcd", *(f"--{name}={value}" for name, value in settings.items())]

    def _answers(self) -> bool:
        return asked(f"http://127.0.0.1:{self.port}/health")[0] == 200


class Node(Server):
    """A Patroni with its PostgreSQL. Started, it has a PostgreSQL that answers; a replica has copied the primary first."""

    ending = signal.SIGTERM

    def __init__(self, name: str, etcd: Etcd, dcs: dict[str, Any]) -> None:
        self.name = name
        self._etcd = etcd
        self._dcs = dcs
        self.postgres_port = free_port()
        super().__init__(pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None)

    def _prepare(self) -> None:
        told = yaml.safe_load(SHIPPED.read_text())
        told["bootstrap"]["dcs"] |= SOONER | self._dcs
        told["postgresql"]["parameters"]["unix_socket_directories"] = str(self.folder)
        (self.folder / "patroni.yaml").write_text(yaml.safe_dump(told))
        if self._runs_as is not None:
            os.chown(self.folder, self._runs_as, self._runs_as)

    def _command(self) -> list[str]:
        api, postgres = f"127.0.0.1:{self.port}", f"127.0.0.1:{self.postgres_port}"
        own = {
            "NAME": self.name, "ETCD3_HOSTS": f"127.0.0.1:{self._etcd.port}", "RESTAPI_LISTEN": api, "RESTAPI_CONNECT_ADDRESS": api,
            "POSTGRESQL_LISTEN": postgres, "POSTGRESQL_CONNECT_ADDRESS": postgres, "POSTGRESQL_DATA_DIR": str(self.folder / "data"),
            "POSTGRESQL_BIN_DIR": str(max(DEBIAN.glob("*/bin"))), "POSTGRESQL_PGPASS": str(self.folder / "pgpass"),
            "SUPERUSER_USERNAME": "tester", "SUPERUSER_PASSWORD": PASSWORD,
            "REPLICATION_USERNAME": "follower", "REPLICATION_PASSWORD": PASSWORD,
        }  # fmt: skip
        return ["env", *(f"PATRONI_{name}={value}" for name, value in own.items()), "patroni", str(self.folder / "patroni.yaml")]

    def _answers(self) -> bool:
        return self.is_("health")

    def is_(self, what: str) -> bool:
        """Whether it says so of itself: `primary`, `replica`, `synchronous`, `health`."""
        return asked(f"http://127.0.0.1:{self.port}/{what}")[0] == 200

    def kill(self) -> None:
        """As a machine that loses its power: Patroni and every process of PostgreSQL at once."""
        family = self._postgres()
        self.program.send(signal.SIGKILL)
        for process in family:
            process.kill()
        self.program.wait()
        self._program = None
        psutil.wait_procs(family, timeout=PATIENCE_SECONDS)

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        """Nothing more of the primary reaches this replica; what was on its way at the end is lost."""
        (receiver,) = children_called(int((self.folder / "data" / "postmaster.pid").read_text().split()[0]), "walreceiver")
        receiver.suspend()
        yield
        receiver.terminate()
        receiver.resume()

    def _postgres(self) -> list[psutil.Process]:
        file = self.folder / "data" / "postmaster.pid"
        if not file.exists():
            return []
        try:
            postmaster = psutil.Process(int(file.read_text().split()[0]))
            postmaster.suspend()  # It starts no others while they are counted.
            return [postmaster, *postmaster.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def close(self) -> None:
        if self._program is not None:
            self.kill()
        super().close()


class Patroni:
    """A cluster of `nodes`. `dcs`: what differs from the shipped configuration."""

    def __init__(self, nodes: int = 3, **dcs: Any) -> None:
        self._stack = ExitStack()
        try:
            etcd = self._stack.enter_context(Etcd())
            self.nodes: list[Node] = []
            for number in range(nodes):
                self.nodes.append(self._stack.enter_context(Node(f"node{number + 1}", etcd, dcs)))
                self.primary()
        except BaseException:
            self._stack.close()
            raise

    @property
    def running(self) -> list[Node]:
        return [node for node in self.nodes if node.runs]

    def primary(self) -> Node:
        """The node that takes what is recorded, when there is one."""
        found = until(lambda: [node for node in self.running if node.is_("primary")], "there is a primary")
        assert len(found) == 1
        return found[0]

    def synchronous(self) -> Node:
        """The node that has all that was acknowledged, when there is one."""
        return until(lambda: [node for node in self.running if node.is_("synchronous")], "a replica has all that was acknowledged")[0]

    @property
    def url(self) -> str:
        """Of the server, whichever node is the primary."""
        hosts = ",".join(f"127.0.0.1:{node.postgres_port}" for node in self.nodes)
        return f"postgresql://tester:{PASSWORD}@{hosts}/postgres?target_session_attrs=read-write"

    def database(self, name: str) -> str:
        """The URL of a new, empty database whose name begins so."""
        return new_database(self.url, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
