"""What is set, and where it comes from: the command line first, then the environment, then the default."""

import os
import re
from pathlib import Path

import msgspec
from psycopg import ProgrammingError

from domain.model.errors import bad
from domain.model.time import DAY
from domain.model.words import ID_FORM
from domain.proofs.errors import Unproven
from domain.proofs.note import COSIGNATURE, Verifier, parse_key
from domain.store.addresses import as_role, shown
from domain.store.checks import Unusable
from domain.store.keys import RootKeyError, load_root, make_root
from domain.store.log import ORIGIN
from domain.store.places import keys_path
from domain.store.redis_address import RedisAddress, WrongAddress, redis_address
from domain.store.root import Root
from domain.store.security_module import SCHEME, ModuleAddress, SecurityModule, WrongModule, module_address
from domain.store.turning import Spans
from projections.census.cells import K
from projections.export import mail, sign_in
from projections.export.mail import Mail
from projections.export.placement import POSTGRES, Placement, placement
from projections.export.sign_in import SignIn
from projections.export.terminal import language, said, warn

DEFAULT_DATABASE = "sqlite:///tussenruimte.db"
KEYS, REPLICA, PLACEMENT = "TUSSENRUIMTE_KEYS_URL", "TUSSENRUIMTE_READ_URL", "TUSSENRUIMTE_PLACEMENT"
REDIS = "TUSSENRUIMTE_REDIS_URL"
ERASURES = "TUSSENRUIMTE_ERASURES_FILE"
OWNER = "TUSSENRUIMTE_OWNER"
EPOCH, OLD_EPOCH = "TUSSENRUIMTE_EPOCH_DAYS", "TUSSENRUIMTE_OLD_EPOCH_DAYS"
LOG_ORIGIN, WITNESSES = "TUSSENRUIMTE_LOG_ORIGIN", "TUSSENRUIMTE_WITNESSES"
CENSUS = {"census of at least": "TUSSENRUIMTE_CENSUS_FEWEST", "census lens": "TUSSENRUIMTE_CENSUS_LENS"}
PLACED_BY = ("TUSSENRUIMTE_DATABASE_URL", KEYS, REPLICA)
"""What a placement says instead."""
APART = "With PostgreSQL the keys have a database of their own, apart from the events and with backups of its own: "


class Files(msgspec.Struct, frozen=True):
    """SQLite: a file an organisation, with its keys beside it. `default` is the one of the organisation `default`."""

    default: Path
    organisation: str

    @property
    def path(self) -> Path:
        """The file of the organisation: `tussenruimte.db` for `default`, `tussenruimte.<name>.db` beside it for another."""
        if self.organisation == "default":
            return self.default
        return self.default.with_name(f"{self.default.stem}.{self.organisation}{self.default.suffix or '.db'}")

    def told(self) -> dict[str, str]:
        return {"database": str(self.default)}


class Databases(msgspec.Struct, frozen=True):
    """PostgreSQL: one database for the events of all organisations, and one for their keys."""

    url: str
    keys_url: str
    read_url: str | None
    """A replica of the events, for questions."""
    cluster: str | None = None
    """The name of the cluster in the placement, where there is one."""
    others: dict[str, str] = {}
    """The events of the other clusters, by name."""
    owner: str | None = None
    """The role that owns the tables, where it is another than the platform's own."""

    @property
    def owned(self) -> tuple[str, str]:
        """The databases of the events and of the keys, for the owner of their tables."""
        return (as_role(self.url, self.owner), as_role(self.keys_url, self.owner)) if self.owner else (self.url, self.keys_url)

    def told(self) -> dict[str, str]:
        cluster = {"cluster": self.cluster} if self.cluster else {}
        replica = {"replica": shown(self.read_url)} if self.read_url else {}
        owner = {"owner": self.owner} if self.owner else {}
        return {**cluster, "database": shown(self.url), **replica, "keys": shown(self.keys_url), **owner}


class Counting(msgspec.Struct, frozen=True):
    """What the census tells of: of so many persons at the fewest, under one lens."""

    fewest: int = K
    lens: str = "evidence"


class Settings(msgspec.Struct, frozen=True):
    """What is set. `redis` is there where processes wake each other over it, `erasures` is the file that tells who was erased, `origin`
    what the names of logs begin with, `spans` for how long keys are used, `counting` what is told in numbers, `sign_in` where people sign
    in, `mail` by what server they are reminded; `sources` says where each comes from."""

    place: Files | Databases
    organisation: str
    root: str | Path | ModuleAddress
    redis: RedisAddress | None
    erasures: Path | None
    origin: str
    spans: Spans
    counting: Counting
    sign_in: SignIn
    mail: Mail | None
    sources: dict[str, str]

    def told(self) -> list[dict[str, str]]:
        """Each with its value, as it may be shown, and where it comes from."""
        root = "given" if isinstance(self.root, str) else self.root
        values: dict[str, object] = {**self.place.told(), "organisation": self.organisation, "root key": root}
        values |= {"redis": self.redis, "erasures": self.erasures, "log origin": self.origin, "witnesses": os.environ.get(WITNESSES)}
        values |= {"epoch days": self.spans.turn // DAY, "old epoch days": self.spans.keep // DAY}
        values |= {"census of at least": self.counting.fewest, "census lens": self.counting.lens}
        client = self.sign_in.client
        values |= {"address": self.sign_in.url, "sign-in": client and f"{client.issuer}, as {client.id}"}
        values |= {"mail": self.mail and self.mail.shown}
        return [{"name": name, "value": str(value), "from": self.sources[name]} for name, value in values.items() if value is not None]


def settings() -> Settings:
    """From the command line, then the environment. Raises `Refused` or `Unusable`."""
    named = said("organisation")
    organisation = "default" if named is None else named
    if not re.fullmatch(ID_FORM, organisation):
        raise Unusable(f"--organisation: {bad('wrong_id', 'organisation').refusal.text(language())}")
    place, sources = _place(organisation)
    sources["organisation"] = "command line" if said("organisation") else "default"
    root, root_from = _root(place)
    erasures, erasures_from = _erasures(place)
    spans = Spans(turn=_days(EPOCH, 7), keep=_days(OLD_EPOCH, 28))
    sources |= {"root key": root_from, "redis": REDIS, "erasures": erasures_from, "witnesses": WITNESSES}
    sources |= {"address": sign_in.URL, "sign-in": sign_in.ISSUER, "mail": mail.SMTP}
    for name, variable in (("log origin", LOG_ORIGIN), ("epoch days", EPOCH), ("old epoch days", OLD_EPOCH), *CENSUS.items()):
        sources[name] = variable if os.environ.get(variable) else "default"
    entry = sign_in.sign_in()
    sent_by = mail.mail(entry.url)
    return Settings(place, organisation, root, _redis(), erasures, _origin(), spans, _counting(), entry, sent_by, sources)


def _place(organisation: str) -> tuple[Files | Databases, dict[str, str]]:
    if placed := _placement():
        sources = dict.fromkeys(("cluster", "database", "replica", "keys"), PLACEMENT)
        return _cluster(placed, placed.of(organisation)), {**sources, "owner": OWNER}
    url, url_from = _set("database", "TUSSENRUIMTE_DATABASE_URL", DEFAULT_DATABASE)
    scheme, _, path = url.partition(":///")
    if url.partition("://")[0] in POSTGRES:
        keys, replica = _postgres(KEYS, APART), _postgres(REPLICA) if os.environ.get(REPLICA) else None
        if shown(keys) == shown(_readable(url, url_from)):
            raise Unusable(f"{KEYS} names the database of the events. Make another for the keys: no backup may hold both.")
        sources = {"database": url_from, "keys": KEYS, "replica": REPLICA, "owner": OWNER}
        return Databases(url, keys, replica, owner=_owner()), sources
    if scheme == "sqlite" and path and not path.startswith(":"):
        return Files(Path(path), organisation), {"database": url_from}
    raise Unusable(
        f"This database cannot be used (it begins with {url.partition(':')[0]!r}). Write {DEFAULT_DATABASE} for a file in this folder, "
        "sqlite:////srv/tussenruimte.db for one with its full path, or postgresql://user@host/name for PostgreSQL."
    )


def _placement() -> Placement | None:
    """The placement, where one is set and the command line names no database instead."""
    path = os.environ.get(PLACEMENT)
    if not path or said("database"):
        return None
    if elsewhere := [name for name in PLACED_BY if os.environ.get(name)]:
        raise Unusable(f"{PLACEMENT} and {elsewhere[0]} are both set, and each says where the databases are. Leave one of them out.")
    return placement(Path(path))


def databases() -> list[Databases]:
    """The databases of every cluster; none with files."""
    if placed := _placement():
        return [_cluster(placed, name) for name in placed.clusters]
    place = settings().place
    return [place] if isinstance(place, Databases) else []


def _cluster(placed: Placement, name: str) -> Databases:
    own = placed.clusters[name]
    others = {other: its.events for other, its in placed.clusters.items() if other != name}
    return Databases(own.events, own.keys, own.read, name, others, _owner())


def _owner() -> str | None:
    return os.environ.get(OWNER) or None


def _postgres(variable: str, why: str = "") -> str:
    found = os.environ.get(variable, "")
    if found.partition("://")[0] not in POSTGRES:
        raise Unusable(f"{why}{variable} has to name a PostgreSQL database, as postgresql://user@host/name.")
    return _readable(found, variable)


def _readable(url: str, named: str) -> str:
    """What libpq refuses is not repeated: a part of a password may be in it."""
    try:
        shown(url)
    except (ProgrammingError, UnicodeError):
        raise Unusable(
            f"The URL of the database ({named}) cannot be read. It has the form postgresql://user@host:port,host:port/name?option=value;"
            " in names and passwords write %40 for @, %2F for / and %3A for :."
        ) from None
    return url


def _root(place: Files | Databases) -> tuple[str | Path | ModuleAddress, str]:
    if root := os.environ.get("TUSSENRUIMTE_ROOT_KEY"):
        return _module(root) if root.startswith(SCHEME) else root, "TUSSENRUIMTE_ROOT_KEY"
    if named := os.environ.get("TUSSENRUIMTE_ROOT_KEY_FILE"):
        return Path(named), "TUSSENRUIMTE_ROOT_KEY_FILE"
    if isinstance(place, Databases):
        raise Unusable(
            "With PostgreSQL the root key is given: name its file with TUSSENRUIMTE_ROOT_KEY_FILE, or give it in TUSSENRUIMTE_ROOT_KEY."
        )
    return place.default.with_name(place.default.name + ".root.key"), "default"


def _erasures(place: Files | Databases) -> tuple[Path | None, str]:
    if named := os.environ.get(ERASURES):
        return Path(named), ERASURES
    return (place.path.with_name(f"{place.path.name}.erasures") if isinstance(place, Files) else None), "default"


def _module(uri: str) -> ModuleAddress:
    try:
        return module_address(uri)
    except WrongModule as error:
        raise Unusable(f"TUSSENRUIMTE_ROOT_KEY names a security module that cannot be used. {error}.") from None


def _set(name: str, variable: str, otherwise: str) -> tuple[str, str]:
    if said(name):
        return said(name), "command line"
    value = os.environ.get(variable)
    return (value, variable) if value else (otherwise, "default")


def _redis() -> RedisAddress | None:
    url = os.environ.get(REDIS)
    try:
        return redis_address(url) if url else None
    except WrongAddress as error:
        raise Unusable(f"{REDIS} cannot be used. {error}") from None


def _origin() -> str:
    """What the names of logs begin with; the name of the organisation comes behind it. Raises `Unusable`."""
    set_to = os.environ.get(LOG_ORIGIN) or ORIGIN
    if re.search(r"[\s+]", set_to) or not set_to.isprintable():
        raise Unusable(f"{LOG_ORIGIN} is the beginning of a name, as `log.example.org`: without spaces and plus signs.")
    return set_to


def witnesses() -> list[Verifier]:
    """The keys of those whose lines under a checkpoint count. Raises `Unusable`."""
    if not (path := os.environ.get(WITNESSES)):
        return []
    keys: list[Verifier] = []
    for number, line in enumerate(Path(path).read_text(errors="replace").splitlines(), 1):
        if text := line.strip():
            try:
                keys.append(parse_key(text))
            except Unproven as why:
                raise Unusable(f"{path}:{number}: this is no verifier key of a witness: {why}.") from None
            if keys[-1].kind != COSIGNATURE:
                raise Unusable(f"{path}:{number}: this is the key of a log. A witness has one of the type for cosignatures.")
            if keys[-1] in keys[:-1]:
                raise Unusable(f"{path}:{number}: this witness stands there twice. Take one of the two lines out.")
    return keys


def _days(variable: str, otherwise: int) -> int:
    """A span in microseconds."""
    days = os.environ.get(variable) or str(otherwise)
    if not re.fullmatch(r"[1-9]\d{0,3}", days, re.ASCII):
        raise Unusable(f"{variable} has to be a number of days from 1 to 9999, as {otherwise}.")
    return int(days) * DAY


def _counting() -> Counting:
    """Raises `Unusable`: fewer than ten is never set by mistake."""
    variable, lens = CENSUS.values()
    fewest = os.environ.get(variable) or str(K)
    if not re.fullmatch(r"[1-9][0-9]{1,3}", fewest):
        raise Unusable(f"{variable} has to be a number of persons from {K} to 9999: of fewer nothing is told.")
    return Counting(int(fewest), os.environ.get(lens) or Counting().lens)


def root_key(chosen: Settings) -> bytes | Root:
    """The root key, or who has it; at first start it is made. Raises RootKeyError where it is lost: another one would open nothing."""
    source, place = chosen.root, chosen.place
    if isinstance(source, ModuleAddress):
        return SecurityModule(source)
    if isinstance(source, str) or isinstance(place, Databases) or chosen.sources["root key"] != "default" or source.exists():
        return load_root(source)
    default = place.default
    family = (default.name, f"{default.stem}.")
    if stores := sorted(file.name for file in default.parent.glob("*.keys") if file.name.startswith(family)):
        raise RootKeyError(
            f"The root key {source} is gone, and without it nothing in {', '.join(stores)} opens. "
            "Put it back from your copy, or name it with TUSSENRUIMTE_ROOT_KEY_FILE."
        )
    root = make_root(source)
    warn(f"A root key was made in {source}. Keep a copy of it apart from the database: without it no sealed text opens.")
    return root


def files_of(place: Files | Databases) -> list[dict[str, str]]:
    """The files that are there, for who looks whether all is."""
    if isinstance(place, Databases):
        return []
    files = {"events": place.path, "keys": keys_path(place.path)}
    return [{"name": name, "value": str(file), "from": "database" if file.exists() else "not there"} for name, file in files.items()]
