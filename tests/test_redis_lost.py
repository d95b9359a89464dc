"""While Redis is lost, what others record is looked for as it is where there is none, and operators see that it is lost."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis_servers import Redis
from scraped import scraped
from sent_lines import opened, pair, record
from served import Served, served_at
from test_announcing import PATIENCE_SECONDS, until

from api import wakeups
from api.wakeups import Wakeups
from domain.store.redis_address import redis_address
from domain.store.signals import Signals
from tussenruimte import Organisation


@pytest.fixture
def house(tmp_path: Path, own_redis: Redis) -> Iterator[Served]:
    with served_at(opened(tmp_path / "events.sqlite"), None, signals=Signals(redis_address(own_redis.url), "buurtmaat")) as found:
        yield found


def test_what_others_record_is_found_as_soon_as_without_redis(tmp_path: Path, own_redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakeups, "NET_SECONDS", 3_600.0)
    own_redis.kill()
    path = tmp_path / "events.sqlite"
    organisation, elsewhere = Organisation(opened(path), Signals(redis_address(own_redis.url), "buurtmaat")), opened(path)

    async def found() -> None:
        looking = Wakeups(organisation)
        task = asyncio.create_task(looking.run())
        await asyncio.sleep(1.0)
        await asyncio.to_thread(record, elsewhere, pair())
        assert await looking.after(0, PATIENCE_SECONDS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(found())
    elsewhere.close()
    organisation.close()


def test_whether_it_is_heard_is_told_to_probes_and_scrapes_and_takes_no_readiness_away(house: Served, own_redis: Redis) -> None:
    def said() -> tuple[int, str, float]:
        ready = house.client.get("/readyz")
        return ready.status_code, ready.json()["redis"], scraped(house)["redis_lost", ()]

    until(lambda: said() == (200, "ok", 0))
    own_redis.kill()
    until(lambda: said() == (200, "unreachable, what others record is looked for", 1))
    own_redis.start(flushed=True)
    until(lambda: said() == (200, "ok", 0))


def test_one_that_takes_nothing_counts_as_lost_to_who_announces(house: Served, own_redis: Redis) -> None:
    until(lambda: house.client.get("/readyz").json()["redis"] == "ok")
    with own_redis.client() as client:
        client.config_set("maxmemory", "1")
        record(house.organisation.store, pair())
        until(lambda: scraped(house)["redis_lost", ()] == 1)
        client.config_set("maxmemory", "0")
    until(lambda: scraped(house)["redis_lost", ()] == 0)


def test_where_none_is_set_nothing_is_said_of_it(empty: Served) -> None:
    assert "redis" not in empty.client.get("/readyz").json()
    assert scraped(empty)["redis_lost", ()] == 0


def test_wake_ups_are_counted_by_who_told_of_what_was_recorded(house: Served, own_redis: Redis, tmp_path: Path) -> None:
    until(lambda: house.client.get("/readyz").json()["redis"] == "ok")
    before = scraped(house)

    def counted(found_by: str) -> float:
        return scraped(house)["wakeups_total", (found_by,)] - before["wakeups_total", (found_by,)]

    record(house.organisation.store, pair("mine"))
    until(lambda: counted("recording") == 1)
    elsewhere, signals = opened(tmp_path / "events.sqlite"), Signals(redis_address(own_redis.url), "buurtmaat")
    elsewhere.recording.on_recorded(signals.announce)
    record(elsewhere, pair("theirs"))
    until(lambda: counted("announcement") == 1)
    signals.close()
    elsewhere.close()
