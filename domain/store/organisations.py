"""Which organisations a PostgreSQL database holds. Each store knows its own only; here one looks over all of them, and into none."""

from collections.abc import Mapping

from domain.store.addresses import shown
from domain.store.checks import Unusable
from domain.store.isolation import EVERY, owns, role_of, within
from domain.store.postgres import connected

RECORDED = "SELECT organisation FROM locks WHERE name = 'events' ORDER BY organisation"
"""Whoever records takes this lock, so that its rows are the organisations: a few to read, where the events would be all."""


def organisations(url: str) -> list[str]:
    """`url`: for the owner of the tables, to whom alone it is shown. Raises `Unusable`, and `domain.store.postgres.Unreachable`."""
    with connected(url) as connection, within(connection, EVERY):
        if not owns(connection):
            raise Unusable(
                f"Which organisations there are in {shown(url)} is shown to the owner of the tables, and {role_of(connection)} is not."
                " Name the role that is with TUSSENRUIMTE_OWNER."
            )
        return [organisation for (organisation,) in connection.execute(RECORDED)]


def recorded(url: str, organisation: str) -> bool:
    """Whether a database whose tables are there has events of an organisation. Raises `domain.store.postgres.Unreachable`."""
    with connected(url) as connection, within(connection, organisation):
        if connection.execute("SELECT to_regclass('events')").fetchone() == (None,):
            return False
        found = connection.execute("SELECT 1 FROM events WHERE organisation = %s LIMIT 1", (organisation,))
        return found.fetchone() is not None


def check_placed(url: str, others: Mapping[str, str], organisation: str) -> None:
    """Whether an organisation may begin in a database: not where one of the `others`, by their names, has events of it.

    Raises `Unusable`, and `domain.store.postgres.Unreachable` where that cannot be told."""
    if not others or recorded(url, organisation):
        return
    for name, other in others.items():
        if recorded(other, organisation):
            raise Unusable(
                f"The organisation {organisation!r} has its events on the cluster {name!r}, and the placement names another. Correct it; or"
                " move them first: export them there, and import --restore them with --database and TUSSENRUIMTE_KEYS_URL of the other."
                " Tokens do not move along: make new ones. deploy/operating.md says how, and what to do with the old copy."
            )
