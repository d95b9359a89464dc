"""Where a PostgreSQL is, as libpq reads it from a URL: several hosts of which one is the primary, or a service whose file says the rest.

What is told of it holds no password.
"""

from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict, make_conninfo


def shown(url: str) -> str:
    """A URL as it may be told: without its password. Raises psycopg's `ProgrammingError` where libpq cannot read it."""
    found = conninfo_to_dict(url)
    hosts = str(found.get("host") or "").split(",")
    ports = str(found.get("port") or "").split(",")
    if len(ports) < len(hosts):
        ports = ports[:1] * len(hosts)
    places = (f"{_bracketed(host)}{port and ':'}{port}" for host, port in zip(hosts, ports, strict=False))
    user = f"{quote(str(found['user']))}@" if "user" in found else ""
    service = f"?service={quote(str(found['service']))}" if "service" in found else ""
    return f"postgresql://{user}{','.join(places)}/{quote(str(found.get('dbname', '')))}{service}"


def as_role(url: str, role: str) -> str:
    """The same place for another role, whose password libpq finds elsewhere, as in its passfile."""
    found = conninfo_to_dict(url)
    found.pop("password", None)
    return make_conninfo("", **{**found, "user": role})


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else quote(host, safe="")
