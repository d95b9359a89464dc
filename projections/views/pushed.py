"""Pages written by the database itself: one statement finds the rows and writes each as the JSON that is sent.

What can be written so is what the views keep in columns (`OBJECTS`); who asks for more asks the plain way, for the whole page. Texts are
put together with `||`, which writes them as the plain way does to the byte and in half the time of the databases' own JSON objects.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from projections.views import answers as a
from projections.views.answer_cache import AnswerCache
from projections.views.filters import RelationshipFilter, cursor
from projections.views.histories import INITIATIVES, MEMBERS, PARTICIPANTS
from projections.views.pages import Rows, Shown, rows_of_page, rows_of_pages
from projections.views.snapshot import Snapshot

TYPENAME = "__typename"


class Chosen(NamedTuple):
    """A field that is asked for: the name it has in the answer, the field of the schema, and what is asked of that."""

    key: str
    field: str
    inner: tuple["Chosen", ...] = ()


class _Text(str):
    """SQL for a text."""


class _Word(str):
    """SQL for a text in which nothing is ever to be escaped, and which is never null: an id, a date or a word of a closed list."""


class _Json(str):
    """SQL for what is JSON already."""


def _maybe(word: str) -> _Json:
    return _Json(f"coalesce('\"' || {word} || '\"', 'null')")


_VALUES: Mapping[str, Mapping[str, _Text | _Word | _Json]] = {
    "Relationship": {
        "id": _Word("r.id"),
        "origin": _Word("r.origin"),
        "startedOn": _Word("r.started_on"),
        "endedOn": _maybe("r.ended_on"),
    },
    "Initiative": {
        "id": _Word("i.id"),
        "name": _Text("i.name"),
        "kind": _Word("i.kind"),
        "guidance": _Word("i.guidance"),
        "contact": _Word("i.contact"),
    },
    "Member": {
        "handle": _Word("m.handle"),
        "withdrawn": _Json("CASE WHEN p.standing = 'consenting' THEN 'false' ELSE 'true' END"),
        "joined": _Word("m.joined"),
        "left": _maybe("m.left_on"),
        "roles": _Json("m.roles"),
        "side": _Word("m.side"),
    },
    "Participant": {"id": _Word("p.id"), "registeredOn": _Word("p.registered_on")},
}
OBJECTS: Mapping[str, Mapping[str, str | None]] = {
    "RelationshipConnection": {"nodes": "Relationship", "edges": "RelationshipEdge", "pageInfo": "PageInfo"},
    "RelationshipEdge": {"cursor": None, "node": "Relationship"},
    "PageInfo": {"hasNextPage": None, "endCursor": None},
    "Relationship": {**dict.fromkeys(_VALUES["Relationship"]), "initiative": "Initiative", "members": "Member"},
    "Initiative": dict.fromkeys(_VALUES["Initiative"]),
    "Member": {**dict.fromkeys(_VALUES["Member"]), "participant": "Participant"},
    "Participant": dict.fromkeys(_VALUES["Participant"]),
    "Trajectory": dict.fromkeys(a.Trajectory.__struct_encode_fields__),
}
"""The types and fields that can be written so, each field with the type of the objects it holds."""


Ready = tuple[bytes | None, Sequence[str]]
"""A page that is kept, and the relationships of which it says who somebody is: that leaves entries in the access log each time."""


class KeptPages:
    """The pages that were asked for last, as long as nobody else is erased."""

    def __init__(self) -> None:
        self._gone = frozenset[str]()
        self._pages = self._none()

    def get(self, gone: frozenset[str], key: Hashable, work_out: Callable[[], Ready]) -> Ready:
        if gone != self._gone:
            self._pages, self._gone = self._none(), gone
        return self._pages.get((gone, key), work_out)

    def _none(self) -> AnswerCache[Ready]:
        return AnswerCache(lambda ready: len(ready[0] or b"") + sum(map(len, ready[1])))


def ready_page(snapshot: Snapshot, first: int, after: str | None, asked: RelationshipFilter, chosen: Sequence[Chosen]) -> bytes | None:
    """One page as JSON. None where something is missing that the schema promises: the plain way says what."""
    nodes = _nodes(chosen)
    rows = rows_of_page(snapshot, first, after, asked, _Writer(snapshot).shown(nodes))
    _note(snapshot, chosen, rows)
    return _page(rows, chosen, nodes)


def ready_pages(
    snapshot: Snapshot,
    owners: Sequence[str],
    of: str,
    first: int,
    after: str | None,
    asked: RelationshipFilter,
    chosen: Sequence[Chosen],
) -> dict[str, bytes | None]:
    """The page of each owner as JSON; see `rows_of_pages`."""
    nodes = _nodes(chosen)
    found = rows_of_pages(snapshot, owners, of, first, after, asked, _Writer(snapshot).shown(nodes))
    for rows in found.values():
        _note(snapshot, chosen, rows)
    return {owner: _page(rows, chosen, nodes) for owner, rows in found.items()}


def _people(chosen: Iterable[Chosen]) -> bool:
    return any(one.field == "participant" or _people(one.inner) for one in chosen)


def _note(snapshot: Snapshot, chosen: Iterable[Chosen], rows: Rows) -> None:
    if snapshot.scope.may("open") and _people(chosen):
        snapshot.seen.tells_who(f"relationship/{row[1]}" for row in rows.shown)


Nodes = Mapping[tuple[Chosen, ...], int]
"""What is asked of the nodes of a page, in as many ways as it is, with the column in which each stands."""


def _nodes(chosen: Iterable[Chosen]) -> Nodes:
    asked = [one.inner for one in chosen if one.field == "nodes"]
    asked += [node.inner for one in chosen if one.field == "edges" for node in one.inner if node.field == "node"]
    return {inner: place for place, inner in enumerate(dict.fromkeys(asked), 2)}


class _Writer:
    """Writes the SQL that writes the JSON."""

    def __init__(self, snapshot: Snapshot) -> None:
        # Of a relationship that may be seen, all that hangs on it may be.
        self._table = snapshot.of_seen
        self._knows = snapshot.scope.may("open")
        self._json = snapshot.connection.json
        self._among = snapshot.connection.among
        self._gone = snapshot.gone
        self._values: list[Any] = []

    def shown(self, nodes: Nodes) -> Shown:
        """What is shown of a relationship `r`, besides its id a column for each way in which it is asked for."""
        columns = ["r.id", *(self._object("Relationship", inner) for inner in nodes)]
        return Shown(", ".join(columns), tuple(self._values))

    def _object(self, name: str, chosen: Iterable[Chosen]) -> str:
        parts, text = [], "{"
        for number, one in enumerate(chosen):
            text += f'{"," if number else ""}"{one.key}":'
            value = _VALUES[name].get(one.field)
            if one.field == TYPENAME:
                text += f'"{name}"'
            elif isinstance(value, _Word):
                parts += [f"'{text}\"'", value]
                text = '"'
            else:
                parts += [f"'{text}'", self._held(one) if value is None else self._written(value)]
                text = ""
        return " || ".join([*parts, f"'{text}}}'"])

    def _written(self, value: str) -> str:
        return self._json.text.format(value) if isinstance(value, _Text) else value

    def _held(self, one: Chosen) -> str:
        """The object, or the list of objects, that a field holds."""
        if one.field == "members":
            return self._members(one.inner)
        if one.field == "participant" and not self._knows:
            return "'null'"
        if one.field == "participant":
            return f"CASE WHEN p.id IS NULL THEN 'null' ELSE {self._object('Participant', one.inner)} END"
        return f"(SELECT {self._object('Initiative', one.inner)} FROM {self._table(INITIATIVES)} i WHERE i.id = r.initiative)"

    def _members(self, chosen: Sequence[Chosen]) -> str:
        people = ""
        members = self._table(MEMBERS)
        if any(one.field in ("withdrawn", "participant") for one in chosen):
            people = f" LEFT JOIN {self._table(PARTICIPANTS)} p ON p.id = m.participant"
            if gone := self._gone():
                # Whom a handle stood for may still be in the view after the keys have forgotten it.
                of_them, value = self._among("participant", sorted(gone))
                self._values.append(value)
                known = f"CASE WHEN {of_them} THEN NULL ELSE participant END participant"
                members = f"(SELECT relationship, place, handle, joined, left_on, roles, side, {known} FROM {members} held)"
        rows = f"{members} m{people} WHERE m.relationship = r.id"
        return f"'[' || coalesce({self._json.joined.format(each=self._object('Member', chosen), rows=rows, by='m.place')}, '') || ']'"


def _page(rows: Rows, chosen: Iterable[Chosen], nodes: Nodes) -> bytes | None:
    """The rows of a page put together, in pieces, so that what is long is copied once."""
    if any(None in row for row in rows.shown):
        return None
    pieces = []
    for number, (key, field, inner) in enumerate(chosen):
        pieces.append(f'{"," if number else "{"}"{key}":')
        match field:
            case "nodes":
                place = nodes[inner]
                pieces += _listed(row[place] for row in rows.shown)
            case "edges":
                pieces += _listed(_edge(inner, nodes, row, rows.upto) for row in rows.shown)
            case "pageInfo":
                pieces.append(_information(inner, rows))
            case _:
                pieces.append('"RelationshipConnection"')
    return "".join([*pieces, "}" if pieces else "{}"]).encode()


def _listed(items: Iterable[str]) -> list[str]:
    pieces = ["["]
    for item in items:
        pieces += (item, ",")
    return [*pieces[:-1], "]"] if len(pieces) > 1 else ["[]"]


def _edge(chosen: Iterable[Chosen], nodes: Nodes, row: Sequence[str], upto: int) -> str:
    parts = []
    for key, field, inner in chosen:
        match field:
            case "cursor":
                value = f'"{cursor(row[0], row[1], upto)}"'
            case "node":
                value = row[nodes[inner]]
            case _:
                value = '"RelationshipEdge"'
        parts.append(f'"{key}":{value}')
    return f"{{{','.join(parts)}}}"


def _information(chosen: Iterable[Chosen], rows: Rows) -> str:
    told = {"hasNextPage": rows.more, "endCursor": rows.end, TYPENAME: "PageInfo"}
    return msgspec.json.encode({key: told[field] for key, field, _ in chosen}).decode()
