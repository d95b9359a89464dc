"""How many lenses of their own those who do research try on a project in a day.

No number of enough people keeps two lenses that hardly differ from telling what stands in one relationship: it takes many of them to go
through a project so, and one or two to learn whether a thought about it is worth publishing. They are counted in this process; of several
each gives as much, and one that is started anew begins at none.
"""

from hashlib import sha256
from threading import Lock

import msgspec

from domain.model.errors import Refusal, Refused
from domain.model.lens import Definition
from domain.model.time import DAY

MOST = 20
"""Different ones, on a day in UTC, of all who ask for a project together."""


class Tries:
    """Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._tried: dict[str, tuple[int, set[bytes]]] = {}
        """By project, on which day, and the digests of its lenses."""

    def take(self, project: str, lens: Definition, now: int) -> None:
        """The same lens again counts once. Raises `Refused`."""
        today, digest = now // DAY, sha256(msgspec.json.encode(lens, order="sorted")).digest()
        with self._lock:
            day, tried = self._tried.get(project, (today, set()))
            if day != today:
                tried = set()
            if digest not in tried and len(tried) >= MOST:
                raise Refused(Refusal("RATE_LIMITED", "lens_tries", "definition", {"limit": MOST}))
            self._tried[project] = (today, tried | {digest})
