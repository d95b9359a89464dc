"""The faults, each a function of a house that lasts as long as the fault does and says what it was, and the plan by which they are drawn.

What was killed begins again at once and the next fault does not wait for it, so that faults meet. A plan goes through all kinds in an
order that a seed decides, then through all kinds in another order.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from random import Random

import psutil
from families import children_called

from soak.houses import Alone, House, Shared
from soak.proxy import Proxy

LONGEST_SECONDS = 2.5


def api_killed(house: House, draw: Random) -> str:
    draw.choice(house.apis).kill()
    return "kill -9 of api" if isinstance(house, Shared) else "kill -9 of serve"


def worker_killed(house: House, draw: Random) -> str:
    draw.choice(house.workers).kill()
    return "kill -9 of a worker"


def recorder_killed(house: House, draw: Random) -> str:
    draw.choice(house.recorders).kill()
    return "kill -9 of a recorder"


def import_killed(house: House, draw: Random) -> str:
    assert isinstance(house, Alone)
    house.imports.kill()
    return "kill -9 of a command-line import"


def postgres_stopped(house: House, draw: Random) -> str:
    assert isinstance(house, Shared)
    house.postgres.stop(immediate=True)
    house.postgres.start()
    return "PostgreSQL: immediate stop"


def postgres_killed(house: House, draw: Random) -> str:
    assert isinstance(house, Shared)
    house.postgres.kill()
    house.postgres.start()
    return "PostgreSQL: kill -9"


def backend_killed(house: House, draw: Random) -> str:
    """The postmaster then ends all others, recovers and goes on by itself."""
    assert isinstance(house, Shared)
    serving = children_called(house.postgres.program.pid, "tester")
    if serving:
        with suppress(psutil.NoSuchProcess):
            draw.choice(serving).kill()
    house.postgres.revive()
    return "PostgreSQL: kill -9 of one of its processes"


def redis_killed(house: House, draw: Random) -> str:
    assert isinstance(house, Shared)
    house.redis.kill()
    house.redis.start(flushed=draw.random() < 0.5)
    return "Redis: kill -9"


def redis_flushed(house: House, draw: Random) -> str:
    assert isinstance(house, Shared)
    with house.redis.client() as client:
        client.flushall()
    return "Redis: flushed"


def redis_frozen(house: House, draw: Random) -> str:
    assert isinstance(house, Shared)
    house.redis.freeze()
    linger(draw)
    house.redis.thaw()
    return "Redis: frozen"


def cut(house: House, draw: Random) -> str:
    name, wires = wire(house, draw)
    for one in wires:
        one.cut()
    return f"connections cut: {name}"


def half_open(house: House, draw: Random) -> str:
    name, wires = wire(house, draw)
    for one in wires:
        one.silence()
    linger(draw)
    for one in wires:
        one.recover()
    return f"connections half-open: {name}"


def delayed(house: House, draw: Random) -> str:
    name, wires = wire(house, draw)
    for one in wires:
        one.slow(draw.uniform(0.02, 0.3))
    linger(draw)
    for one in wires:
        one.slow(0)
    return f"connections delayed: {name}"


def disk_full(house: House, draw: Random) -> str:
    house.disk.fill(house.writing())
    linger(draw)
    house.disk.clear()
    house.revive()
    return house.disk.told


def clock_on(house: House, draw: Random) -> str:
    house.clock.jump(1)
    return "clock a day forward"


def clock_back(house: House, draw: Random) -> str:
    house.clock.jump(-1)
    return "clock a day back"


Fault = Callable[[House, Random], str]
EVERYWHERE: list[Fault] = [api_killed, recorder_killed, cut, half_open, delayed, disk_full, clock_on, clock_back]
KINDS: dict[type[House], list[Fault]] = {
    Shared: [*EVERYWHERE, worker_killed, postgres_stopped, postgres_killed, backend_killed, redis_killed, redis_flushed, redis_frozen],
    Alone: [*EVERYWHERE, import_killed],
}


def plan(kinds: list[Fault], draw: Random) -> Iterator[Fault]:
    """Without an end."""
    while True:
        yield from draw.sample(kinds, len(kinds))


def wire(house: House, draw: Random) -> tuple[str, list[Proxy]]:
    return draw.choice(list(house.wires.items()))


def linger(draw: Random) -> None:
    time.sleep(draw.uniform(0.3, LONGEST_SECONDS))
