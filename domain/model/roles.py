"""The roles in which people and programs meet the platform, and what each may do.

A role says what somebody may do, a reach on how much of the organisation. Access follows readership, whoever's key something is sealed
under: so nothing here knows of keys, and no key knows of roles.
"""

from collections.abc import Mapping
from typing import Literal, get_args

from msgspec import Struct

Role = Literal["coordinator", "auditor", "researcher", "dashboard", "administrator", "participant"]
ROLES: tuple[Role, ...] = get_args(Role)

Right = Literal["look", "open", "record", "audit", "count", "research", "manage", "own"]
"""`look`: at contacts, their members by handle and their events; `open`: what is sealed, and what lenses make of it; `record`: events;
`audit`: proofs and the access log; `count`: numbers of many; `research`: trajectories under pseudonyms; `manage`: members, tokens, settings
and the states of keys; `own`: what is about oneself."""

RIGHTS_IN_ORDER: tuple[Right, ...] = get_args(Right)
RIGHTS: Mapping[str, frozenset[Right]] = {
    "coordinator": frozenset({"look", "open", "record", "count"}),
    "auditor": frozenset({"look", "audit", "count"}),
    "researcher": frozenset({"count", "research"}),
    "dashboard": frozenset({"count"}),
    # Only brings in what an export holds: nothing of it is shown.
    "administrator": frozenset({"record", "count", "manage"}),
    "participant": frozenset({"own"}),
    # Who has the files and their root key, and works on the command line.
    "operator": frozenset(RIGHTS_IN_ORDER) - {"own"},
}
REACHING: Mapping[str, frozenset[str]] = {
    "coordinator": frozenset({"initiatives"}),
    "researcher": frozenset({"project"}),
    "participant": frozenset({"participant"}),
}
"""What of a reach somebody in a role is given."""
NEEDED = {"researcher": "project", "participant": "participant"}
"""What somebody in a role cannot be without."""


class Reach(Struct, frozen=True, omit_defaults=True):
    """Of how much of an organisation a role holds; None: of all.

    `coordinator`: the initiatives to which the coordinator of that id is appointed, as their streams say. `opens`: within `initiatives` and
    `relationships` what is sealed may be opened, by a grant."""

    initiatives: tuple[str, ...] | None = None
    relationships: tuple[str, ...] | None = None
    coordinator: str | None = None
    participant: str | None = None
    project: str | None = None
    opens: bool = False


WHOLE = Reach()
