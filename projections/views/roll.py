"""The roll of a release: its relationships in the order of their pseudonyms, and how many people are in them, however many those are.

It stands in a temporary table. Which id has which pseudonym leads to people, and a project that is closed keeps nothing that does: so ids
are enciphered there, and people are marks, under keys that exist as long as the roll.
"""

import os
from collections.abc import Iterable, Iterator
from hashlib import blake2b

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.store.seals import KEY, NONCE
from domain.store.temporary import temporary

CACHE = 4_096
"""KiB of the table that are held in memory."""
MARK = 16
"""Bytes."""


class Roll:
    """Of `relationships` in which there are so many `persons`; the `longest` trajectory has so many readings."""

    def __init__(self) -> None:
        self._cipher, self._marked_with = AESGCM(os.urandom(KEY)), os.urandom(KEY)
        self._table = temporary(
            CACHE,
            "relationships (pseudonym TEXT PRIMARY KEY, id BLOB) WITHOUT ROWID",
            "people (mark BLOB PRIMARY KEY) WITHOUT ROWID",
        )
        # On its own every row would be a transaction.
        self._adding = self._table.execute("BEGIN")
        self.relationships = self.persons = self.longest = 0

    def add(self, pseudonym: str, id: str, people: Iterable[str], readings: int) -> None:
        """A relationship, which is not there yet, who is in it, and how many readings its trajectory has."""
        nonce = os.urandom(NONCE)
        shut = nonce + self._cipher.encrypt(nonce, id.encode(), pseudonym.encode())
        self._adding.execute("INSERT INTO relationships VALUES (?, ?)", (pseudonym, shut))
        self.relationships += 1
        self.longest = max(self.longest, readings)
        for person in people:
            mark = blake2b(person.encode(), digest_size=MARK, key=self._marked_with).digest()
            self.persons += self._adding.execute("INSERT OR IGNORE INTO people VALUES (?)", (mark,)).rowcount

    def pages(self, size: int) -> Iterator[list[str]]:
        """The ids, so many at a time."""
        rows = self._table.execute("SELECT pseudonym, id FROM relationships ORDER BY pseudonym")
        while page := rows.fetchmany(size):
            yield [self._cipher.decrypt(shut[:NONCE], shut[NONCE:], pseudonym.encode()).decode() for pseudonym, shut in page]

    def close(self) -> None:
        self._table.close()
