"""The root key in a security module, by PKCS#11: a key for each epoch, made there, which nobody ever sees outside.

Destroyed with its epoch, it opens no copy of the key store from before any more, whoever has one. It needs the extra `pkcs11`.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import unquote

from msgspec import Struct

from domain.store.ring import RootKeyError, RootKeySilent
from domain.store.root import wrapped_for
from domain.store.seals import KEY, NONCE, TAG

if TYPE_CHECKING:
    from pkcs11 import Session

SCHEME = "pkcs11:"
FORM = "pkcs11:token=NAME?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=/run/secrets/pin"
ID = 16
"""Random bytes by which a key is found again: a module may hold those of several platforms."""
_ONE = threading.Lock()
"""A module knows one sign-in for the whole process."""


class WrongModule(ValueError):
    """The setting names no security module; the text says why, and repeats nothing of it."""


class ModuleAddress(Struct, frozen=True):
    """Where a security module is, as its URI (RFC 7512) says, and which file has the PIN."""

    token: str
    library: str
    pin: str

    def __str__(self) -> str:
        return f"the token {self.token} of {self.library}"


def module_address(text: str) -> ModuleAddress:
    """Raises `WrongModule`."""
    path, _, query = text.removeprefix(SCHEME).partition("?")
    parts = [part.partition("=") for part in [*path.split(";"), *query.split("&")] if part]
    found = {name: unquote(value) for name, _, value in parts}
    if "pin-value" in found:
        raise WrongModule(f"The PIN does not stand in it: name its file with pin-source, as in {FORM}")
    if sorted(name for name, _, _ in parts) != ["module-path", "pin-source", "token"] or not all(found.values()):
        raise WrongModule(f"It has the form {FORM}")
    return ModuleAddress(found["token"], found["module-path"], found["pin-source"].removeprefix("file:"))


class SecurityModule:
    """A module that wraps the organisation's keys. It is begun and ended each time: so it may be taken away, and a process may fork."""

    def __init__(self, address: ModuleAddress) -> None:
        self._address = address

    def wrap(self, secret: bytes, organisation: str, epoch: int) -> bytes:
        """With a new key of the epoch; the id of that comes first."""
        import pkcs11

        id, nonce = os.urandom(ID), os.urandom(NONCE)
        with self._session() as session:
            hidden: dict[Any, Any] = {pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False}
            label = f"tussenruimte {organisation} {epoch}"
            key: Any = session.generate_key(pkcs11.KeyType.AES, 8 * KEY, id=id, label=label, store=True, template=hidden)
            return id + nonce + bytes(key.encrypt(secret, **_gcm(nonce, organisation, epoch)))

    def unwrap(self, wrapped: bytes, organisation: str, epoch: int) -> bytes | None:
        import pkcs11

        if len(wrapped) != ID + NONCE + KEY + TAG:
            return None
        with self._session() as session:
            key = _key(session, wrapped)
            if key is None:
                raise RootKeyError(
                    f"{self._address} has no root key for epoch {epoch} of {organisation}: it was destroyed with its epoch, and this key"
                    " store is an old copy; or the key store belongs to another token"
                )
            try:
                return bytes(key.decrypt(wrapped[ID + NONCE :], **_gcm(wrapped[ID : ID + NONCE], organisation, epoch)))
            except (pkcs11.EncryptedDataInvalid, pkcs11.EncryptedDataLenRange, pkcs11.GeneralError):
                # The last is what SoftHSM says of a tag that does not fit.
                return None

    def destroy(self, wrapped: bytes) -> None:
        with self._session() as session:
            key = _key(session, wrapped)
            if key is not None:
                key.destroy()

    @contextmanager
    def _session(self) -> Iterator["Session"]:
        try:
            import pkcs11
        except ModuleNotFoundError:
            raise RootKeyError("a root key in a security module needs the extra `pkcs11`: pip install 'tussenruimte[pkcs11]'") from None
        with _ONE:
            try:
                library = pkcs11.lib(self._address.library)
                try:
                    with library.get_token(token_label=self._address.token).open(rw=True, user_pin=self._pin()) as session:
                        yield session
                finally:
                    library.finalize()
            except pkcs11.PKCS11Error as error:
                self._fail(error)

    def _pin(self) -> str:
        try:
            with open(self._address.pin, encoding="ascii") as file:
                return file.read().strip()
        except OSError as error:
            raise RootKeySilent(f"the PIN of {self._address} cannot be read from {self._address.pin}: {error.strerror}") from None
        except ValueError:
            raise RootKeySilent(f"the PIN in {self._address.pin} is not in ASCII") from None

    def _fail(self, error: Exception) -> NoReturn:
        raise RootKeySilent(
            f"the root key is asked of {self._address}, which does not give its service ({type(error).__name__}): see that the library"
            " and the token are there, and that the PIN is right"
        ) from None


def _key(session: "Session", wrapped: bytes) -> Any:
    """The key that wrapped it; None where it is not there."""
    import pkcs11

    try:
        return session.get_key(pkcs11.ObjectClass.SECRET_KEY, id=wrapped[:ID])
    except pkcs11.NoSuchKey:
        return None


def _gcm(nonce: bytes, organisation: str, epoch: int) -> dict[str, Any]:
    import pkcs11

    return {
        "mechanism": pkcs11.Mechanism.AES_GCM,
        "mechanism_param": pkcs11.GCMParams(nonce, wrapped_for(organisation, epoch), 8 * TAG),
    }
