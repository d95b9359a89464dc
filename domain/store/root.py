"""The root key: the one secret an operator keeps, without which no sealed text opens.

It wraps the organisation's keys and is never in a database. It comes from a setting or a file, and is then held in memory; or something
that never gives it out wraps with it, such as a security module (`domain.store.security_module`). No error here repeats a value: a
mistyped key may be all but one letter the real one.
"""

import base64
import os
import secrets
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.store.disk import put, sync_folder
from domain.store.ring import RootKeyError
from domain.store.seals import KEY, NONCE, framed

ROOT_FORM = "the root key is 32 bytes in base64; `openssl rand -base64 32` makes one"
_ORGANISATION_KEY = "tussenruimte/organisation-key/1"


class Root(Protocol):
    """Who wraps the organisation's keys and can alone unwrap them. Raises RootKeyError, or RootKeySilent where it cannot be asked now."""

    def wrap(self, secret: bytes, organisation: str, epoch: int) -> bytes: ...

    def unwrap(self, wrapped: bytes, organisation: str, epoch: int) -> bytes | None:
        """None where it is not what was wrapped there."""
        ...

    def destroy(self, wrapped: bytes) -> None:
        """From here on do not open this any more, in whatever copy it is found, where that can be seen to. May be repeated."""
        ...


class HeldRoot:
    """A root key in memory: the same for all epochs, so that it goes on opening an old copy of what it wrapped."""

    def __init__(self, root: bytes) -> None:
        if len(root) != KEY:
            raise RootKeyError(ROOT_FORM)
        self._cipher = AESGCM(root)

    def wrap(self, secret: bytes, organisation: str, epoch: int) -> bytes:
        return wrapped_by(self._cipher, secret, wrapped_for(organisation, epoch))

    def unwrap(self, wrapped: bytes, organisation: str, epoch: int) -> bytes | None:
        return unwrapped_by(self._cipher, wrapped, wrapped_for(organisation, epoch))

    def destroy(self, wrapped: bytes) -> None:
        """It goes on opening all that it wrapped."""


def wrapped_for(organisation: str, epoch: int) -> bytes:
    """What is authenticated beside a wrapped key of the organisation."""
    return framed(_ORGANISATION_KEY, organisation, str(epoch))


def wrapped_by(cipher: AESGCM, secret: bytes, place: bytes) -> bytes:
    """A secret as it may be stored in that place alone."""
    nonce = os.urandom(NONCE)
    return nonce + cipher.encrypt(nonce, secret, place)


def unwrapped_by(cipher: AESGCM, wrapped: bytes, place: bytes) -> bytes | None:
    """None where it is not what was wrapped there."""
    try:
        return cipher.decrypt(wrapped[:NONCE], wrapped[NONCE:], place)
    except (InvalidTag, ValueError):
        return None


def make_root(path: Path) -> bytes:
    """Makes a root key in a new file that only its owner may read. Raises RootKeyError; a file that is there is never written over."""
    root = os.urandom(KEY)
    # Written under another name first: whenever the power is cut, the key is there whole or not at all.
    begun = path.with_name(f"{secrets.token_hex(8)}.{path.name}")
    try:
        put(begun, [base64.b64encode(root) + b"\n"])
        try:
            os.link(begun, path)
        finally:
            begun.unlink()
        sync_folder(path.parent)
    except FileExistsError:
        raise RootKeyError(f"there is a file {path} already: it may hold the root key of a store, so it is not written over") from None
    except OSError as error:
        raise RootKeyError(f"the root key cannot be written to {path}: {error.strerror}") from None
    return root


def load_root(source: str | Path) -> bytes:
    """The root key from a setting's value (a str) or from a file (a Path). Raises RootKeyError, which never repeats the value."""
    where = f"in {source}" if isinstance(source, Path) else "in the setting"
    try:
        text = source.read_text("ascii") if isinstance(source, Path) else source
        root = base64.b64decode(text.strip(), validate=True)
    except OSError as error:
        raise RootKeyError(f"the root key {where} cannot be read: {error.strerror}; without it no sealed text opens") from None
    except ValueError:
        root = b""
    if len(root) != KEY:
        raise RootKeyError(f"there is no root key {where}: {ROOT_FORM}")
    return root
