"""Redis as Compose sets it up, run for real: it carries wake-ups and nothing else, for who asks nothing else of it.

Only its port and the folder of its list of rights are others.
"""

from collections.abc import Iterator

import pytest
import redis
from deploy_tools import DEPLOY
from redis_servers import Redis

FOLDER = DEPLOY / "compose"
STREAM = "tussenruimte:{buurtmaat}:recorded"


class Deployed(Redis):
    """The server that Compose runs."""

    def _prepare(self) -> None:
        super()._prepare()
        self.password = ""
        configuration = (FOLDER / "redis.conf").read_text()
        for there, here in {"port 6379": f"port {self.port}", "/etc/redis": str(self.folder)}.items():
            assert there in configuration
            configuration = configuration.replace(there, here)
        (self.folder / "redis.conf").write_text(f"{configuration}dir {self.folder}\n")
        (self.folder / "redis.acl").write_text((FOLDER / "redis.acl").read_text())

    def _command(self) -> list[str]:
        return [str(self._server), str(self.folder / "redis.conf")]


@pytest.fixture(scope="module")
def server() -> Iterator[Deployed]:
    with Deployed() as server:
        yield server


def test_a_wake_up_reaches_who_follows(server: Deployed) -> None:
    with server.client() as client:
        client.xadd(STREAM, {"position": 7}, maxlen=100)
        ((_, said),) = client.xrevrange(STREAM, count=1)
        assert said == {"position": "7"}
        ((_, ((_, said),)),) = client.xread({STREAM: "0"}, block=10)
        assert said == {"position": "7"}


ELSE = (
    "SET tussenruimte:a 1",
    "KEYS *",
    "FLUSHALL",
    "CONFIG GET *",
    "CLIENT LIST",
    "SHUTDOWN",
    "ACL LIST",
    "XADD others * position 7",
    "DEL tussenruimte:a",
)


@pytest.mark.parametrize("asked", ELSE)
def test_nothing_else_may_be_asked(server: Deployed, asked: str) -> None:
    with server.client() as client, pytest.raises(redis.exceptions.NoPermissionError):
        client.execute_command(*asked.split())


def test_nothing_is_written_and_nothing_is_needed_after_a_restart(server: Deployed) -> None:
    with server.client() as client:
        client.xadd(STREAM, {"position": 7})
    server.stop()
    assert {path.name for path in server.folder.iterdir()} == {"redis.conf", "redis.acl", "server.log"}
    server.start()
    test_a_wake_up_reaches_who_follows(server)
