"""How PostgreSQL keeps organisations apart, whatever a statement asks for: by row-level security on every table that holds their rows.

A table shows and takes only rows of the organisation that a transaction is set to, and none where it is set to nothing. `FORCE` holds the
tables' owner to it as well. A superuser, or a role with BYPASSRLS, is held to nothing: the platform is to connect as neither.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg.sql import SQL, Identifier

from domain.store.database import Row

SET = "SELECT set_config('tussenruimte.organisation', %s, true)"
"""Sets a transaction to an organisation, until it ends."""
EVERY = "*"
"""What the owner of the tables sets who looks for which organisations there are. None is called so."""
RIGHTS = SQL("SELECT, INSERT, UPDATE, DELETE")
"""What the application may do. Never TRUNCATE or REFERENCES, which row-level security does not reach."""
MAINTAINING = 170_000
"""The PostgreSQL from which on it can be allowed to vacuum what it overwrote, too; before, that is left to the server's own vacuum."""

_SET_TO = "current_setting('tussenruimte.organisation', true)"
_POLICIES = {
    # Compared as it stands: from `organisation = 'name'` beside it the planner works out that either nothing or all of that is to be had.
    "own": "CREATE POLICY own ON {} USING (organisation = " + _SET_TO + ")",
    "listed": "CREATE POLICY listed ON {} FOR SELECT TO CURRENT_USER USING (" + _SET_TO + f" = '{EVERY}')",
}
_TABLES = """
    SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity, ARRAY(SELECT polname::text FROM pg_policy WHERE polrelid = c.oid)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organisation' AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND pg_table_is_visible(c.oid) AND has_table_privilege(c.oid, 'SELECT')
    ORDER BY c.relname
"""
"""Those that hold organisations' rows, by the catalogue: of views also what an older version of the program left. What a role cannot read
shows it nothing."""


@contextmanager
def within(connection: psycopg.Connection[Row], organisation: str) -> Iterator[None]:
    """A transaction of one organisation."""
    with connection.transaction():
        connection.execute(SET, (organisation,))
        yield


def open_tables(connection: psycopg.Connection[Row]) -> list[str]:
    """The tables that do not keep organisations apart."""
    found = connection.execute(_TABLES).fetchall()
    return [name for name, forced, policies in found if not forced or set(policies) != set(_needed(name))]


def _needed(table: str) -> Iterable[str]:
    """Whoever records takes a lock, so that those tell which organisations there are."""
    return _POLICIES if table == "locks" else ("own",)


def secure(connection: psycopg.Connection[Row]) -> None:
    """Make the tables keep organisations apart; those that do are not touched, and keep nobody waiting."""
    for name in open_tables(connection):
        with connection.transaction():
            table = Identifier(name)
            connection.execute(SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY").format(table))
            for (policy,) in connection.execute("SELECT polname FROM pg_policy WHERE polrelid = %s::regclass", (name,)).fetchall():
                connection.execute(SQL("DROP POLICY {} ON {}").format(Identifier(policy), table))
            for policy in _needed(name):
                connection.execute(SQL(_POLICIES[policy]).format(table))


def admit(connection: psycopg.Connection[Row], role: str) -> None:
    """Let the application's role ask and write, within one organisation at a time."""
    rights = SQL("{}, MAINTAIN").format(RIGHTS) if connection.info.server_version >= MAINTAINING else RIGHTS
    for name, _, _ in connection.execute(_TABLES).fetchall():
        connection.execute(SQL("GRANT {} ON {} TO {}").format(rights, Identifier(name), Identifier(role)))
    connection.execute(SQL("GRANT SELECT ON facts TO {}").format(Identifier(role)))
    for (schema,) in connection.execute("SELECT current_schema()").fetchall():
        connection.execute(SQL("GRANT USAGE ON SCHEMA {} TO {}").format(Identifier(schema), Identifier(role)))


def role_of(connection: psycopg.Connection[Row]) -> str:
    """The role that a connection is of."""
    return "".join(name for (name,) in connection.execute("SELECT current_user"))


def may_read(connection: psycopg.Connection[Row], table: str) -> bool:
    return connection.execute("SELECT has_table_privilege(%s, 'SELECT')", (table,)).fetchone() == (True,)


def owns(connection: psycopg.Connection[Row]) -> bool:
    """Whether the tables are the role's own, so that it can take away what keeps organisations apart."""
    owned = "SELECT FROM pg_class WHERE oid = 'locks'::regclass AND pg_has_role(relowner, 'MEMBER')"
    return connection.execute(owned).fetchone() is not None


def breaches(connection: psycopg.Connection[Row]) -> Iterator[str]:
    """What lets a connection that is set to no organisation see or take rows: each as the second half of a sentence."""
    passing = "SELECT FROM pg_roles WHERE (rolsuper OR rolbypassrls) AND pg_has_role(oid, 'MEMBER') LIMIT 1"
    if connection.execute(passing).fetchone() is not None:
        yield f"the role {role_of(connection)} is held to nothing by row-level security"
    tables = [name for name, _, _ in connection.execute(_TABLES).fetchall()]
    if unsafe := open_tables(connection):
        yield f"row-level security is not as it was made for {', '.join(unsafe)}"
    shown = [name for name in tables if connection.execute(SQL("SELECT FROM {} LIMIT 1").format(Identifier(name))).fetchone() is not None]
    if shown:
        yield f"rows are shown to who names no organisation by {', '.join(shown)}"
