"""Who follows a feed, for the access log: an entry before anything is told, one each minute up to which position they were told, and a last
one when they go. An entry for each event and each who hears it would cost more than all the telling.

Where that cannot be written, nobody is told any more: they are sent away, and come back when it can.
"""

import asyncio
from typing import Protocol

from api.context import Organisation, quick
from api.errors import mask
from domain.store.accesses import ALL_KINDS, ORGANISATION, Access, Viewer
from domain.store.trouble import TROUBLE

MINUTE_SECONDS = 60.0


class Follower(Protocol):
    """`position` is the last they were told, `noted` up to where the log says so. `place` is what they may come to see, None: nothing that
    was ever sealed."""

    who: Viewer
    place: str | None
    position: int | None
    noted: int

    def dismiss(self) -> None: ...


class NotWritten(Exception):
    """That somebody follows cannot be written into the access log."""

    def __init__(self, position: int | None) -> None:
        super().__init__(f"The access log cannot be written just now; go on after {position or 0}")


class Followers:
    """All followers of a process."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._accesses = organisation.store.accesses
        self._here: dict[Follower, None] = {}
        self._gone: list[tuple[Viewer, Access]] = []

    async def begin(self, one: Follower) -> None:
        """Before anything is told. Raises `NotWritten`: then nothing may be."""
        if one.place is not None:
            try:
                await quick(self._begin, one)
            except TROUBLE as error:
                mask(error)
                raise NotWritten(one.position) from error
            self._here[one] = None

    def _begin(self, one: Follower) -> None:
        """A relationship that is not there is not named: whoever may yet be in it is told that everything was followed."""
        kind, _, id = (one.place or "").partition("/")
        if kind == "relationship" and not self._organisation.questions.relationships([id]):
            one.place = ORGANISATION
        self._accesses.write(one.who, [Access(one.place or ORGANISATION, ALL_KINDS, "follow")])

    def end(self, one: Follower) -> None:
        """They go; what they were told since the last minute is written with the next."""
        if one in self._here:
            del self._here[one]
            self._gone += _told(one)

    async def run(self) -> None:
        """Write every minute until cancelled."""
        while True:
            await asyncio.sleep(MINUTE_SECONDS)
            await self.write()

    async def write(self) -> None:
        gone, self._gone = self._gone, []
        told = [(one, look) for one in self._here for look in _told(one)]
        looks = gone + [look for _, look in told]
        (failure,) = await asyncio.gather(quick(self._accesses.write_all, looks), return_exceptions=True)
        if isinstance(failure, Exception):
            mask(failure)
            self._gone = gone + self._gone
            for one, _ in told:
                one.dismiss()
            return
        for one, (_, access) in told:
            one.noted = access.upto or 0


def _told(one: Follower) -> list[tuple[Viewer, Access]]:
    """What they were told that no entry says yet."""
    if one.place is None or one.position is None or one.position <= one.noted:
        return []
    return [(one.who, Access(one.place, ALL_KINDS, "told", one.noted, one.position))]
