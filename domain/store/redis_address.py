"""Where Redis is, as an operator writes it in one line; its password is in there, so that what is printed of it leaves that out.

A client library reads other forms and other settings from such a line, each its own. Here are those that mean something for wake-ups.
"""

import re
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

import msgspec

SCHEMES = ("redis", "rediss", "redis+cluster", "rediss+cluster")
PORT = 6379
FORM = (
    "Write redis://host:6379/0, or redis+cluster://host:6379,host:6379 for a cluster; rediss in place of redis for TLS; "
    "and where it asks for a password, redis://:password@host:6379/0."
)


class WrongAddress(ValueError):
    """A line that says no place; the text says what is wrong with it, and never the password."""

    def __init__(self, wrong: str) -> None:
        super().__init__(f"{wrong}. {FORM}")


class Host(NamedTuple):
    name: str
    port: int


class RedisAddress(msgspec.Struct, frozen=True):
    """One server, or some nodes of a cluster."""

    cluster: bool
    tls: bool
    hosts: tuple[Host, ...]
    username: str | None
    password: str | None
    database: int

    def __repr__(self) -> str:
        """Without the password."""
        scheme = SCHEMES[2 * self.cluster + self.tls]
        signed_in = f"{quote(self.username or '')}{':***' if self.password else ''}@" if self.username or self.password else ""
        hosts = ",".join(f"[{name}]:{port}" if ":" in name else f"{name}:{port}" for name, port in self.hosts)
        return f"{scheme}://{signed_in}{hosts}" + ("" if self.cluster else f"/{self.database}")


def redis_address(url: str) -> RedisAddress:
    """Raises WrongAddress."""
    scheme, found, rest = url.strip().partition("://")
    if not found or scheme not in SCHEMES:
        raise WrongAddress("It does not begin with " + ", ".join(f"{known}://" for known in SCHEMES))
    cluster = scheme.endswith("+cluster")
    signed_in, _, rest = rest.rpartition("@")
    username, _, password = signed_in.partition(":")
    places, _, database = rest.partition("/")
    hosts = tuple(_host(place) for place in places.split(","))
    if len(hosts) > 1 and not cluster:
        raise WrongAddress("It names several hosts, and is not for a cluster")
    if database and cluster:
        raise WrongAddress("It names a database, and a cluster has one only")
    if database and not re.fullmatch("[0-9]{1,5}", database):
        raise WrongAddress("What follows the host is not the number of a database")
    tls = scheme.startswith("rediss")
    return RedisAddress(cluster, tls, hosts, unquote(username) or None, unquote(password) or None, int(database or 0))


def _host(place: str) -> Host:
    try:
        split = urlsplit(f"//{place}")
        name, port = split.hostname, split.port
    except ValueError:
        name, port = None, None
    if not name or split.path or split.query or split.fragment:
        raise WrongAddress("A host in it is not a name or an address with a port of 1 to 65535")
    return Host(name, PORT if port is None else port)
