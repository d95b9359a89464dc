"""What takes the place of ids and days for who does research: pseudonyms and weeks that hold within one project and nowhere else.

Both follow from the project's secret alone, so that nothing is kept that leads back, nobody who lacks the secret can guess at ids, two
projects have nothing in common, and once the secret is destroyed nobody can say any more whose they were.
"""

import hmac
from base64 import b32encode

from msgspec import Struct

from domain.model.time import DAY
from domain.store.seals import DataKey, framed

SCHEME = "tussenruimte/research/1"
FORM = r"[rpim]-[a-z2-7]{16}"
WEEK = 7 * DAY
_BYTES = 10
"""80 bits: among a million people two are alike once in some trillions of projects."""


class Weeks(Struct, frozen=True):
    """The time of one relationship in a project: weeks since its start, each up to three days early or late, all by the same span.

    `shift` is that span in days, from 0 to 6: three are added, as in rounding to the nearest week, so that every start is in week 0."""

    began: int
    shift: int

    def of(self, at: int) -> int:
        """The week in which an instant lies."""
        return max((at - self.began + self.shift * DAY) // WEEK, 0)

    def last_instant(self, week: int) -> int:
        return self.began + (week + 1) * WEEK - self.shift * DAY - 1


class Pseudonyms:
    """The pseudonyms of one project: of relationships, people, initiatives, and of a member within a relationship."""

    def __init__(self, key: DataKey) -> None:
        self._secret = key.secret

    def relationship(self, id: str) -> str:
        return self._called("r", id)

    def person(self, id: str) -> str:
        return self._called("p", id)

    def initiative(self, id: str) -> str:
        return self._called("i", id)

    def member(self, relationship: str, handle: str) -> str:
        return self._called("m", relationship, handle)

    def weeks(self, relationship: str, began: int) -> Weeks:
        return Weeks(began, int.from_bytes(self._digest("weeks", relationship)) % 7)

    def _called(self, kind: str, *of: str) -> str:
        return f"{kind}-{b32encode(self._digest(kind, *of)[:_BYTES]).decode().lower()}"

    def _digest(self, *parts: str) -> bytes:
        return hmac.digest(self._secret, framed(SCHEME, *parts), "sha256")
