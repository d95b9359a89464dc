"""The statements by which PostgreSQL makes tables and takes rows, worked out from what a table is.

The organisation leads every key, and in a view's table the generation comes after it. Rows arrive as an array for each column, so that a
statement is the same however many they are.
"""

from collections.abc import Iterable, Iterator

from domain.store.database import Add, Change, Delete, Insert, Put, Table, Update

TYPES = {"text": 'text COLLATE "C"', "integer": "bigint", "bytes": "bytea"}
SCOPE = f"organisation {TYPES['text']} NOT NULL"


def definitions(tables: Iterable[Table]) -> Iterator[str]:
    yield "CREATE TABLE IF NOT EXISTS facts (name text PRIMARY KEY, value text NOT NULL)"
    yield f"CREATE TABLE IF NOT EXISTS locks ({SCOPE}, name text NOT NULL, PRIMARY KEY (organisation, name))"
    for table in tables:
        scope = ("organisation", "generation") if table.version else ("organisation",)
        columns = [SCOPE, *(["generation bigint NOT NULL"] if table.version else [])]
        columns += [f"{column} {_type(kind)}" for column, kind in table.columns.items()]
        columns += [f"PRIMARY KEY ({', '.join((*scope, *table.key))})", f"CHECK ({table.check})"]
        name = named(table)
        yield f"CREATE TABLE IF NOT EXISTS {name} ({', '.join(columns)})"
        for column, value in table.later.items():
            yield f"ALTER TABLE {name} ADD COLUMN IF NOT EXISTS {column} {_type(table.columns[column])} DEFAULT {value}"
        for kind, sets in (("UNIQUE INDEX", table.unique), ("INDEX", table.indexes)):
            for found in sets:
                yield f"CREATE {kind} IF NOT EXISTS {name}_by_{'_'.join(found)} ON {name} ({', '.join((*scope, *found))})"


def named(table: Table) -> str:
    """A view of another form has a table of its own, so that two versions of the program work side by side."""
    return f"{table.name}_v{table.version}" if table.version else table.name


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _type(kind: str) -> str:
    return TYPES[kind.rstrip("?")] + ("" if kind.endswith("?") else " NOT NULL")


def element(kind: str) -> str:
    return {"text": "text", "integer": "int8", "bytes": "bytea"}[kind.rstrip("?")]


def given(change: Change) -> tuple[str, ...]:
    """The columns of which a change gives values, in the order of its rows."""
    match change:
        case Update():
            return (*change.columns, *change.by)
        case Delete():
            return change.by
    return tuple(change.table.columns)


def statement_of(scope: dict[str, str], change: Change) -> str:
    """The statement of a change; its values are a list for each column."""
    table, name = change.table, named(change.table)
    if isinstance(change, Insert | Add | Put):
        return _inserting(scope, change)
    by = change.by
    changed = change.columns if isinstance(change, Update) else ()
    names = [*(f"new_{column}" for column in changed), *by]
    arrays = _arrays([table.columns[column] for column in given(change)])
    conditions = [*(f"t.{column} = {value}" for column, value in scope.items()), *(f"t.{column} = given.{column}" for column in by)]
    among = f"unnest({arrays}) AS given({', '.join(names)}) WHERE {' AND '.join(conditions)}"
    if isinstance(change, Delete):
        return f"DELETE FROM {name} t USING {among}"
    return f"UPDATE {name} t SET {', '.join(f'{column} = given.new_{column}' for column in changed)} FROM {among}"


def _inserting(scope: dict[str, str], change: Insert | Add | Put) -> str:
    table = change.table
    names = [*scope, *table.columns]
    arrays = _arrays(table.columns.values())
    begin = f"INSERT INTO {named(table)} ({', '.join(names)}) SELECT {', '.join(scope.values())}, * FROM unnest({arrays})"
    if isinstance(change, Insert):
        return begin
    if isinstance(change, Add):
        return f"{begin} ON CONFLICT DO NOTHING"
    others = [column for column in table.columns if column not in table.key]
    return f"{begin} ON CONFLICT ({', '.join((*scope, *table.key))}) DO UPDATE SET {', '.join(f'{c} = excluded.{c}' for c in others)}"


def _arrays(kinds: Iterable[str]) -> str:
    return ", ".join(f"%s::{element(kind)}[]" for kind in kinds)
