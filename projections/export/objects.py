"""Answers as the objects of the public schema, for whoever reads `--json`: what answers name by id stands as an object with that id."""

from collections.abc import Sequence
from typing import Any

import msgspec

from domain.model.attention import Choices, Preset
from domain.model.errors import Language
from domain.model.time import rfc3339
from domain.store.batch import Outcome
from domain.store.grants import Grant
from domain.store.roster import Member
from domain.store.tokens import Token
from projections.export.story import Story
from projections.views import answers as a

REFERENCES: dict[type[a.Answer], tuple[str, ...]] = {
    a.Move: ("relationship",),
    a.Member: ("participant",),
    a.Relationship: ("initiative",),
    a.Attention: ("relationship", "event"),
}


def of(answer: Any) -> Any:
    """Any answer, or a list of them."""
    if isinstance(answer, list):
        return [of(item) for item in answer]
    if isinstance(answer, a.Page):
        return {"nodes": of(answer.nodes), "pageInfo": {"hasNextPage": answer.has_next_page, "endCursor": answer.end_cursor}}
    found: Any = msgspec.to_builtins(answer)
    for name in REFERENCES.get(type(answer), ()):
        found[name] = None if found[name] is None else {"id": found[name]}
    return found


def of_story(story: Story) -> dict[str, Any]:
    """A relationship with all that its story tells; the moves of every lens and holder in one list."""
    moves = [move for held in story.moves.values() for made in held.values() for move in made]
    names = ("members", "terms", "agreements", "reversals", "openings", "tensions", "history")
    parts = {name: of(getattr(story, name)) for name in names}
    return {**of(story.relationship), "initiative": of(story.initiative), **parts, "moves": of(moves)}


def of_choices(choices: Choices) -> dict[str, Any]:
    """What an organisation set, as the command line and GraphQL show it."""
    return {"timeZone": choices.time_zone, "presets": [_preset(kind, preset) for kind, preset in choices.presets.items()]}


def _preset(kind: str, preset: Preset) -> dict[str, Any]:
    number = "times" if kind == "long_silence" else "days"
    return {"kind": kind.upper(), "on": preset.on, "days": None, "times": None, number: preset.number}


def of_import(outcome: Outcome, files: Sequence[str], language: Language) -> dict[str, Any]:
    """What became of an import, the refused lines in the order in which the files were given."""
    place = {file: number for number, file in enumerate(files)}
    refused = [
        {
            "file": line.line.file,
            "line": line.line.number,
            "id": line.id,
            "field": line.refusal.field,
            "code": line.refusal.code,
            "rule": line.refusal.text(language),
        }
        for line in sorted(outcome.refused, key=lambda line: (place[line.line.file], line.line.number))
    ]
    return {"recorded": outcome.recorded, "already": outcome.already, "refused": refused}


def of_member(member: Member, initiatives: Sequence[str]) -> dict[str, Any]:
    """A member as the command line and GraphQL show them."""
    return {
        "id": member.id,
        "role": member.role,
        "initiatives": list(initiatives),
        "project": member.reach.project,
        "invited": rfc3339(member.invited),
        "invitedBy": member.invited_by,
        "joined": _instant(member.joined),
        "left": _instant(member.ended),
    }


def of_grant(grant: Grant, now: int) -> dict[str, Any]:
    return {
        "id": grant.id,
        "auditor": grant.auditor,
        "initiatives": list(grant.reach.initiatives or ()),
        "relationships": list(grant.reach.relationships or ()),
        "why": grant.why,
        "hours": grant.hours,
        "asked": rfc3339(grant.asked),
        "allowedBy": [by for by in (grant.first, grant.second) if by is not None],
        "until": _instant(grant.until),
        "ended": _instant(grant.ended),
        "holds": grant.holds(now),
    }


def _instant(at: int | None) -> str | None:
    return None if at is None else rfc3339(at)


def of_tokens(tokens: Sequence[Token]) -> list[dict[str, Any]]:
    return [
        {
            "id": token.id,
            "use": token.use,
            "role": token.role,
            "name": token.name,
            "created": rfc3339(token.created),
            "expires": rfc3339(token.expires),
            "revoked": None if token.revoked is None else rfc3339(token.revoked),
        }
        for token in tokens
    ]
