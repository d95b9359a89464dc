"""The root key: the one secret an operator keeps, without which no sealed text opens.

It wraps the organisation's key and is never in a database; it comes from a setting or from a file. No error here repeats a value:
a mistyped key may be all but one letter the real one.
"""

import base64
import os
import secrets
from pathlib import Path

from domain.store.ring import RootKeyError
from domain.store.seals import KEY

ROOT_FORM = "the root key is 32 bytes in base64; `openssl rand -base64 32` makes one"


def make_root(path: Path) -> bytes:
    """Makes a root key in a new file that only its owner may read. Raises RootKeyError; a file that is there is never written over."""
    root = os.urandom(KEY)
    # Written under another name first: whenever the power is cut, the key is there whole or not at all.
    begun = path.with_name(f"{secrets.token_hex(8)}.{path.name}")
    try:
        with os.fdopen(os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(base64.b64encode(root) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(begun, path)
        finally:
            begun.unlink()
        _sync_folder(path.parent)
    except FileExistsError:
        raise RootKeyError(f"there is a file {path} already: it may hold the root key of a store, so it is not written over") from None
    except OSError as error:
        raise RootKeyError(f"the root key cannot be written to {path}: {error.strerror}") from None
    return root


def _sync_folder(folder: Path) -> None:
    """See that the names in it are on the disk, where a folder can be told so."""
    if os.name == "posix":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


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
