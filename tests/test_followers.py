"""Of who follows a feed the access log says each minute up to where they were told; where it cannot be written they are told no more."""

import asyncio
import json
from typing import Any

from listening import House, Listener, listened, until
from sent_lines import meeting, opened, pair
from store_places import Place, alter

from api.followers import NotWritten
from domain.store.accesses import Viewer, viewed_by
from domain.store.database import ACCESSES
from domain.store.store import EventStore


def written(store: EventStore) -> list[tuple[str, str, int | None, int | None]]:
    """Who, what, and from which position up to which."""
    with store.reading() as connection:
        found = [json.loads(row[0]) for row in connection.execute(f"SELECT entry FROM {connection.table(ACCESSES)} a ORDER BY position")]
    return [(entry["by"], entry["action"], entry.get("since"), entry.get("upto")) for entry in found]


def listen(house: House, name: str, **variables: Any) -> Listener:
    with viewed_by(Viewer(f"token/{name}", "coordinator")):
        return house.listen(**variables)


async def told_upto(listener: Listener, position: int) -> None:
    await until(lambda: (listener.subscriber.position or 0) >= position)


def test_each_follower_is_written_down_by_the_minute_and_not_by_the_event(place: Place) -> None:
    async def follow() -> None:
        async with listened(opened(place)) as house:
            store, followers = house.organisation.store, house.fanout.followers
            await house.record(pair())
            early, late = listen(house, "early"), listen(house, "late", after="4")
            for one in (early, late):
                await told_upto(one, 6)
            assert sorted(written(store)) == [("token/early", "follow", None, None), ("token/late", "follow", None, None)]
            await followers.write()
            assert sorted(written(store)[2:]) == [("token/early", "told", 0, 6), ("token/late", "told", 4, 6)]
            await followers.write()
            assert len(written(store)) == 4
            for number in range(20):
                await house.record([meeting(f"m{number}", "r")])
            for one in (early, late):
                await told_upto(one, 26)
            assert len(written(store)) == 4
            early.following.cancel()
            await asyncio.wait({early.following})
            await followers.write()
            assert sorted(written(store)[4:]) == [("token/early", "told", 6, 26), ("token/late", "told", 6, 26)]
            await house.record([meeting("last", "r")])
            await told_upto(late, 27)
            await followers.write()
            assert written(store)[6:] == [("token/late", "told", 26, 27)]

    asyncio.run(follow())


def test_who_cannot_be_written_down_is_told_no_more_and_what_they_were_told_is_written_later(place: Place) -> None:
    async def follow() -> None:
        async with listened(opened(place)) as house:
            await house.record(pair())
            listener = listen(house, "tester")
            await told_upto(listener, 6)
            alter(place, "ALTER TABLE accesses RENAME TO lost")
            await house.fanout.followers.write()
            await asyncio.wait({listener.following}, timeout=20)
            assert isinstance(listener.following.exception(), NotWritten)
            refused = listen(house, "other")
            await asyncio.wait({refused.following}, timeout=20)
            assert isinstance(refused.following.exception(), NotWritten)
            assert refused.told == []
            alter(place, "ALTER TABLE lost RENAME TO accesses")
            await house.fanout.followers.write()
            assert written(house.organisation.store)[1:] == [("token/tester", "told", 0, 6)]

    asyncio.run(follow())
