"""Which PostgreSQL cluster each organisation is on, as a file says: its events, its keys and its positions are all there, and nowhere else.

The file is TOML, the same for every process, and holds no password: libpq finds those in its passfile or by a service's name.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from domain.model.words import ID_FORM
from domain.store.addresses import shown
from domain.store.checks import Unusable

POSTGRES = ("postgresql", "postgres")
SECRET = ("password", "sslpassword")


class Cluster(Struct, frozen=True, forbid_unknown_fields=True):
    """The databases of one cluster, as libpq URLs: of the events, of their keys, and where there is one of a replica to ask."""

    events: str
    keys: str
    read: str | None = None

    def urls(self) -> dict[str, str]:
        return {name: url for name, url in (("events", self.events), ("keys", self.keys), ("read", self.read)) if url is not None}


class Placement(Struct, frozen=True, forbid_unknown_fields=True):
    """Clusters by name, the cluster of each organisation that is named, and the one of all others."""

    clusters: dict[str, Cluster]
    default: str
    organisations: dict[str, str] = {}

    def of(self, organisation: str) -> str:
        """The name of an organisation's cluster."""
        return self.organisations.get(organisation, self.default)


def placement(path: Path) -> Placement:
    """What a file says. Raises `Unusable`, with what is wrong where."""
    try:
        found = msgspec.toml.decode(path.read_bytes(), type=Placement)
    except OSError as error:
        raise Unusable(f"The placement {path} cannot be read: {error.strerror}.") from None
    except RecursionError:
        raise Unusable(f"The placement {path} is not of the right form: it is nested too deep.") from None
    except ValueError as error:
        raise Unusable(f"The placement {path} is not of the right form: {error}.") from None
    for wrong in _wrong(found):
        raise Unusable(f"The placement {path}: {wrong}")
    return found


def _wrong(found: Placement) -> Iterator[str]:
    for name, cluster in found.clusters.items():
        for use, url in cluster.urls().items():
            if why := _unusable(url):
                yield f"clusters.{name}.{use} {why}"
    kept = {shown(cluster.keys): name for name, cluster in found.clusters.items()}
    for name, cluster in found.clusters.items():
        if (same := kept.get(shown(cluster.events))) is not None:
            yield f"clusters.{name}.events and clusters.{same}.keys are one database. Make another for the keys: no backup may hold both."
    named = {f"organisations.{organisation}": name for organisation, name in found.organisations.items()}
    for place, name in ({"default": found.default} | named).items():
        if name not in found.clusters:
            yield f"{place} names the cluster {name!r}, which is not there. There are: {', '.join(found.clusters) or 'none'}."
    for organisation in found.organisations:
        if not re.fullmatch(ID_FORM, organisation):
            yield f"{organisation!r} cannot be the name of an organisation."


def _unusable(url: str) -> str | None:
    """What is wrong with a URL; nothing of it is repeated, since a part of a password may be in it."""
    try:
        parts = conninfo_to_dict(url) if url.partition("://")[0] in POSTGRES else {}
    except ProgrammingError:
        parts = {}
    if not parts:
        return "is no URL of PostgreSQL. Write it as postgresql://user@host:port,host:port/name?option=value."
    if any(parts.get(secret) for secret in SECRET):
        return "holds a password. Take it out, and put it into libpq's passfile (PGPASSFILE)."
    return None
