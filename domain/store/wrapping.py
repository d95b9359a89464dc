"""What the organisation's keys wrap: the data key of each participant, and in each alias whom a handle stands for.

There is a key of the organisation for each epoch, itself wrapped by the root key. That of the newest wraps; each of the others still
unwraps what hangs on it, until it is destroyed. What is wrapped opens in its own place alone, and under the epoch that its row names.
"""

import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.store.database import Connection, Row
from domain.store.key_places import ORGANISATION_KEYS
from domain.store.ring import KeyStoreError, RootKeyError
from domain.store.root import Root, unwrapped_by, wrapped_by
from domain.store.seals import KEY, framed, padded, unpadded

_DATA_KEY = "tussenruimte/data-key/1"
_ALIAS = "tussenruimte/alias/1"


class Wrapping:
    """The organisation's keys, each unwrapped when it is first needed. `name` is that of the key store, for who reads an error."""

    def __init__(self, root: Root, organisation: str, name: str) -> None:
        self._root = root
        self._organisation = organisation
        self._name = name
        self._ciphers: dict[int, AESGCM] = {}

    def let_go(self) -> None:
        """Keep none of them in memory any longer."""
        self._ciphers.clear()

    def newest(self, db: Connection) -> int:
        """The epoch whose key wraps."""
        row = db.execute(f"SELECT max(epoch) FROM {db.table(ORGANISATION_KEYS)} k WHERE state = 'active'").fetchone()
        if row is None or row[0] is None:
            raise KeyStoreError(self.damage("has no key of the organisation"))
        return int(row[0])

    def check(self, db: Connection) -> None:
        """See that the root key opens what is there. Raises RootKeyError."""
        self._cipher(db, self.newest(db))

    def new_epoch(self, epoch: int, now: int) -> Row:
        """A new key of the organisation, wrapped by the root key."""
        return (epoch, self._root.wrap(os.urandom(KEY), self._organisation, epoch), "active", now)

    def new_key(self, db: Connection, owner: str, epoch: int, now: int) -> Row:
        wrapped = wrapped_by(self._cipher(db, epoch), os.urandom(KEY), self._of_key(owner, 1, epoch))
        return (owner, 1, "active", wrapped, epoch, now, None)

    def key(self, db: Connection, owner: str, version: int, wrapped: bytes, epoch: int) -> bytes | None:
        """A data key; None where it is damaged."""
        return unwrapped_by(self._cipher(db, epoch), wrapped, self._of_key(owner, version, epoch))

    def rewrapped_key(self, db: Connection, owner: str, version: int, wrapped: bytes, epoch: int, newer: int) -> bytes | None:
        """The same data key under a newer epoch; None where it is damaged."""
        secret = self.key(db, owner, version, wrapped, epoch)
        return None if secret is None else wrapped_by(self._cipher(db, newer), secret, self._of_key(owner, version, newer))

    def sealed_owner(self, db: Connection, stream: str, handle: str, told: str, epoch: int) -> bytes:
        """Padded, so that the length of an id does not link the rows of one person."""
        return wrapped_by(self._cipher(db, epoch), padded(told.encode()), self._of_alias(stream, handle, epoch))

    def told(self, db: Connection, stream: str, handle: str, sealed: bytes, epoch: int) -> str | None:
        """What an alias tells; None where it is damaged, or under a key that there is not."""
        if epoch not in self._ciphers and not self._has(db, epoch):
            return None
        body = unwrapped_by(self._cipher(db, epoch), sealed, self._of_alias(stream, handle, epoch))
        return None if body is None else unpadded(body).decode()

    def rewrapped_alias(self, db: Connection, stream: str, handle: str, sealed: bytes, epoch: int, newer: int) -> bytes | None:
        """The same alias under a newer epoch; None where it is damaged."""
        body = unwrapped_by(self._cipher(db, epoch), sealed, self._of_alias(stream, handle, epoch))
        return None if body is None else wrapped_by(self._cipher(db, newer), body, self._of_alias(stream, handle, newer))

    def damage(self, what: str) -> str:
        return f"the key store {self._name} {what}: restore it from its backup and replay the ledger of erasures"

    def _has(self, db: Connection, epoch: int) -> bool:
        query = f"SELECT 1 FROM {db.table(ORGANISATION_KEYS)} k WHERE epoch = ? AND wrapped IS NOT NULL"
        return db.execute(query, (epoch,)).fetchone() is not None

    def _cipher(self, db: Connection, epoch: int) -> AESGCM:
        cipher = self._ciphers.get(epoch)
        if cipher is None:
            row = db.execute(f"SELECT wrapped FROM {db.table(ORGANISATION_KEYS)} k WHERE epoch = ?", (epoch,)).fetchone()
            if row is None or row[0] is None:
                raise KeyStoreError(self.damage("lacks a key of the organisation"))
            secret = self._root.unwrap(row[0], self._organisation, epoch)
            if secret is None:
                raise RootKeyError(
                    f"the root key does not open the key store {self._name} of {self._organisation}: "
                    "give the root key and the organisation it was made with, or restore the store from its backup if it is damaged"
                )
            cipher = self._ciphers[epoch] = AESGCM(secret)
        return cipher

    def _of_key(self, owner: str, version: int, epoch: int) -> bytes:
        return framed(_DATA_KEY, self._organisation, owner, str(version), str(epoch))

    def _of_alias(self, stream: str, handle: str, epoch: int) -> bytes:
        return framed(_ALIAS, self._organisation, stream, handle, str(epoch))
