"""An event as the domain sees it: a kind of the catalogue, its data, whose view it is, and both its times.

`at` is the instant from which it counts (the known instant where `time` was given, else the earliest that `occurred`
allows); `until` is where its date ends. Both are microseconds since 1970 in UTC, like `recorded`.
"""

from typing import Any

from msgspec import Struct

from domain.model import words as w
from domain.model.catalogue import Kind


class Event(Struct, frozen=True, gc=False):
    """One event. `position` and `recorded` are 0 until the platform has taken it in.

    `data` is an instance of the kind's data class, or `Unvoiced` where a voiced event cannot be opened.
    """

    kind: Kind
    id: str
    stream: str
    source: str
    occurred: str
    at: int
    until: int | None
    data: Any
    time: str | None = None
    method: w.Method | None = None
    perspective: str | None = None
    toldby: str | None = None
    recordedby: str | None = None
    position: int = 0
    recorded: int = 0

    @property
    def local(self) -> str:
        """The stream's id without its kind: `r1` of `relationship/r1`."""
        return self.stream.partition("/")[2]
