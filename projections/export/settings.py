"""What is set, and where it comes from: the command line first, then the environment, then the default."""

import os
import re
from pathlib import Path

import msgspec

from domain.model.errors import bad
from domain.model.words import ID_FORM
from domain.store.keys import RootKeyError, load_root, make_root
from domain.store.redis_address import RedisAddress, WrongAddress, redis_address
from projections.export.terminal import said, warn
from projections.soundness import Unusable

DEFAULT_DATABASE = "sqlite:///tussenruimte.db"


class Settings(msgspec.Struct, frozen=True):
    """What is set. `default` is the file of the organisation `default`; `redis` is there where processes wake each other over it; `sources`
    says where each comes from."""

    default: Path
    organisation: str
    root: str | Path
    redis: RedisAddress | None
    sources: dict[str, str]

    @property
    def path(self) -> Path:
        """The file of the organisation: `tussenruimte.db` for `default`, `tussenruimte.<name>.db` beside it for another."""
        if self.organisation == "default":
            return self.default
        return self.default.with_name(f"{self.default.stem}.{self.organisation}{self.default.suffix or '.db'}")


def settings() -> Settings:
    """From the command line, then the environment. Raises `Refused` or `Unusable`."""
    url, url_from = _set("database", "TUSSENRUIMTE_DATABASE_URL", DEFAULT_DATABASE)
    scheme, _, path = url.partition(":///")
    if scheme != "sqlite" or not path or path.startswith(":"):
        raise Unusable(
            f"This database cannot be used (it begins with {url.partition(':')[0]!r}). Write {DEFAULT_DATABASE} for a file in this folder, "
            "or sqlite:////srv/tussenruimte.db for one with its full path."
        )
    organisation = said("organisation") or "default"
    if not re.fullmatch(ID_FORM, organisation):
        raise bad("wrong_id", "organisation")
    key_file = Path(path + ".root.key")
    root: str | Path = os.environ.get("TUSSENRUIMTE_ROOT_KEY", "")
    root_from = "TUSSENRUIMTE_ROOT_KEY"
    if not root:
        named = os.environ.get("TUSSENRUIMTE_ROOT_KEY_FILE")
        root, root_from = (Path(named), "TUSSENRUIMTE_ROOT_KEY_FILE") if named else (key_file, "default")
    sources = {"database": url_from, "organisation": "command line" if said("organisation") else "default", "root key": root_from,
               "redis": "TUSSENRUIMTE_REDIS_URL"}  # fmt: skip
    return Settings(Path(path), organisation, root, _redis(), sources)


def _set(name: str, variable: str, otherwise: str) -> tuple[str, str]:
    if said(name):
        return said(name), "command line"
    value = os.environ.get(variable)
    return (value, variable) if value else (otherwise, "default")


def _redis() -> RedisAddress | None:
    url = os.environ.get("TUSSENRUIMTE_REDIS_URL")
    try:
        return redis_address(url) if url else None
    except WrongAddress as error:
        raise Unusable(f"TUSSENRUIMTE_REDIS_URL cannot be used. {error}") from None


def root_key(chosen: Settings) -> bytes:
    """The root key; at first start it is made. Raises RootKeyError where it is lost: another one would open nothing."""
    source = chosen.root
    if isinstance(source, str) or chosen.sources["root key"] != "default" or source.exists():
        return load_root(source)
    family = (chosen.default.name, f"{chosen.default.stem}.")
    if stores := sorted(file.name for file in chosen.default.parent.glob("*.keys") if file.name.startswith(family)):
        raise RootKeyError(
            f"The root key {source} is gone, and without it nothing in {', '.join(stores)} opens. "
            "Put it back from your copy, or name it with TUSSENRUIMTE_ROOT_KEY_FILE."
        )
    root = make_root(source)
    warn(f"A root key was made in {source}. Keep a copy of it apart from the database: without it no sealed text opens.")
    return root
