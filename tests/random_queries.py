"""Random questions for pages of relationships, walked along the schema: what the database can write, and now and then what it cannot.

Every way in which GraphQL lets the same be said is drawn as well: aliases, fragments with names and without, directives, variables, and
fields asked for twice.
"""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

PAGE = {"nodes": "Relationship", "edges": "RelationshipEdge", "pageInfo": "PageInfo"}
WRITTEN: dict[str, dict[str, str | None]] = {
    "RelationshipConnection": PAGE,
    "RelationshipEdge": {"cursor": None, "node": "Relationship"},
    "PageInfo": {"hasNextPage": None, "endCursor": None},
    "Relationship": {
        "id": None, "origin": None, "startedOn": None, "endedOn": None, "initiative": "Initiative", "members": "Member",
        "members(knownAt: null)": "Member", "members(knownAt: $never)": "Member",
    },
    "Initiative": dict.fromkeys(("id", "name", "kind", "guidance", "contact")),
    "Member": {**dict.fromkeys(("handle", "withdrawn", "joined", "left", "roles", "side")), "participant": "Participant"},
    "Participant": {"id": None, "registeredOn": None},
    "Trajectory": dict.fromkeys(("lens", "lensVersion", "holder", "at", "phase", "help", "friendship", "ambiguity", "confidence")),
}  # fmt: skip
UNWRITTEN = {
    "Relationship": ["terms { from kind }", 'reading(at: "2024-01-01") { phase help }', "members(knownAt: $then) { handle left }"],
    "Initiative": ["relationships(first: 2) { nodes { id } pageInfo { endCursor } }"],
    "Participant": [
        "joinedWith",
        "consents { scope given withdrawn }",
        "relationships(first: 1) { edges { cursor node { members { side } } } }",
    ],
}
VARIABLES = {"yes": True, "no": False, "never": None, "then": "2079-12-31", "few": 3}
DIRECTIVES = ["@include(if: $yes)", "@include(if: $no)", "@skip(if: $yes)", "@skip(if: $no)", "@skip(if: false)", "@include(if: true)"]


class Asking:
    """One question on its way. `written`: all that is asked of its pages can be written by the database."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw = draw
        self.fragments: list[str] = []
        self.aliases = 0
        self.written = True

    def of(self, *options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def alias(self) -> str:
        """Each is another, so that no two fields collide in the answer."""
        if self.aliases == 20 or self.of(0, 0, 0, 1) == 0:
            return ""
        self.aliases += 1
        return f"a{self.aliases}: "

    def selected(self, name: str, reached: bool = True) -> str:
        """What is asked of an object. `reached`: nothing above it was left out by a directive."""
        parts = [self.part(name, reached) for _ in range(self.of(1, 2, 2, 3))]
        return "{ " + " ".join(parts) + " }"

    def part(self, name: str, reached: bool) -> str:
        how = self.of(*["field"] * 8, "typename", "inline", "spread", "unwritten")
        directive = self.of(*[""] * 6, *DIRECTIVES)
        there = reached and directive not in ("@include(if: $no)", "@skip(if: $yes)")
        if how == "inline":
            return f"... {self.of('', f'on {name}')} {directive} {self.selected(name, there)}"
        if how == "spread":
            fragment = f"F{len(self.fragments)}"
            self.fragments.append("")
            self.fragments[int(fragment[1:])] = f"fragment {fragment} on {name} {self.selected(name, there)}"
            return f"...{fragment} {directive}"
        if how == "unwritten" and name in UNWRITTEN:
            self.written = self.written and not there
            self.aliases += 1
            return f"u{self.aliases}: " + self.directed(self.of(*UNWRITTEN[name]), directive)
        if how == "typename":
            return f"{self.alias()}__typename {directive}"
        field = self.of(*WRITTEN[name])
        inner = WRITTEN[name][field]
        # With arguments a field collides with itself without them.
        self.aliases += "(" in field
        alias = f"b{self.aliases}: " if "(" in field else self.alias()
        return f"{alias}{field} {directive} {self.selected(inner, there) if inner else ''}"

    @staticmethod
    def directed(field: str, directive: str) -> str:
        head, brace, rest = field.partition(" {")
        return f"{head} {directive}{brace}{rest}"


def _filters(ask: Asking) -> str:
    narrowed = ask.of(
        *[""] * 4, "running: true", "running: false", "origin: MATCHED", 'phase: HELP, at: "2023-01-01"', 'participant: "r-a"',
        'startedFrom: "2021-01-10"', 'initiative: "home"', 'initiative: "elsewhere"',
    )  # fmt: skip
    return f"filter: {{ {narrowed} }}" if narrowed else ""


def _trajectory(ask: Asking) -> str:
    ask.aliases += 1
    begin = ask.of("", "", 'from: "2020-06-01"', 'from: "2021-03-01T10:20:30.5Z"', "from: $then")
    end = ask.of('to: "2023-01-01"', 'to: "2023-01-01"', "to: $then", 'to: "2020-01-01"')
    known = ask.of("", "", "", 'knownAt: "2024-01-01"', "knownAt: $never")
    rest = ask.of("", "stepDays: 30", "stepDays: 1", 'lens: "accounts"', 'lens: "evidence@1"', 'lens: "none"', 'holder: "a"', 'holder: "x"')
    return f"t{ask.aliases}: trajectory({begin} {end} {known} {rest}) {ask.selected('Trajectory')}"


@st.composite
def questions(draw: Callable[[st.SearchStrategy[Any]], Any]) -> tuple[str, bool]:
    """A question for the field `page`, with `$after` for a cursor, and whether the database can write all of that page.

    At times a page of an owner stands beside it."""
    ask = Asking(draw)
    first = ask.of("", "first: 1", "first: 2", "first: $few", "first: null")
    page = f"page: relationships(after: $after {first} {_filters(ask)}) {ask.selected('RelationshipConnection')}"
    written = ask.written
    owners = [
        f'initiative(id: "home") {{ id relationships(after: $after {first} {_filters(ask)}) {ask.selected("RelationshipConnection")} }}',
        f'participant(id: "r-b") {{ relationships({first or "first: 5"}) {ask.selected("RelationshipConnection")} }}',
    ]
    series = f'relationship(id: "{ask.of("r", "s", "none")}") {{ id {" ".join(_trajectory(ask) for _ in range(ask.of(1, 2)))} }}'
    beside = ask.of("", "", *owners, series)
    declared = "$after: String, $yes: Boolean = true, $no: Boolean!, $never: DateTime, $then: DateTime, $few: Int"
    # Validation refuses a question that declares a variable and does not use it.
    using = (
        "lenses { name @include(if: $yes) @skip(if: $no) } other: initiatives(first: $few) { pageInfo { hasNextPage } }"
        ' spare: relationship(id: "none") { members(knownAt: $never) { handle } terms(knownAt: $then) { from } }'
    )
    return " ".join([f"query Asked({declared}) {{", page, beside, using, "}", *ask.fragments]), written


ALL = """query Asked($after: String) { page: relationships(after: $after) {
  __typename pageInfo { hasNextPage endCursor __typename } edges { cursor }
  nodes { id origin startedOn endedOn initiative { id name kind guidance contact }
    members { __typename handle withdrawn joined left roles side participant { __typename id registeredOn } } }
} }"""
"""All that the database can write of a page."""
