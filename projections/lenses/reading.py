"""Reading a relationship: what a lens says of one holder at an instant, with the reasons.

`told_by_evidence` and `told_by_accounts` work out everything that can be asked of a relationship later, in a form that is kept
as a read model; the questions below are answered from that alone, without the events.
"""

from collections.abc import Sequence

from msgspec import Struct

from domain.model.lens import Definition
from projections.lenses import accounts, looks
from projections.lenses.accounts import Account
from projections.lenses.chronicle import Chronicle
from projections.lenses.evidence import Contribution, Move, Phase, confidence, shares, strengths, taken_by, weigh

POOLED = ""
ANY_OTHER = "*"
SPOKEN_FOR = ("coordinator", "group", "observer")


class Evidence(Struct, array_like=True, gc=False):
    """A relationship under a lens of the kind of `evidence`.

    `moves` by holder: pooled under the empty text, and under `*` for every holder with no view of their own recorded. `sides`:
    from each instant, the one member who gives and the one who receives, or None."""

    lens: str
    version: str
    items: list[Contribution]
    moves: dict[str, list[Move]]
    sides: list[tuple[int, tuple[str, str] | None]]


class Accounts(Struct, array_like=True, gc=False):
    """A relationship under the lens `accounts`, by holder; pooled under the empty text, whoever never spoke under `*`."""

    lens: str
    version: str
    holders: dict[str, Account]


class Said(Struct, frozen=True, gc=False):
    """What a lens says at one instant. `because`: event, basis and what it adds (None in a lens without weights), weightiest first."""

    phase: Phase
    kind: str | None = None
    direction: tuple[tuple[str, str], ...] = ()
    shares: tuple[float, float, float] | None = None
    confidence: float | None = None
    strengths: tuple[float, float, float] | None = None
    basis: tuple[tuple[str, float], ...] = ()
    because: tuple[tuple[str, str, tuple[float, float, float] | None], ...] = ()


def holders(told: Chronicle) -> list[str]:
    """Everyone who may have a reading: all who are or were members, and whoever else's view is recorded; always the coordinator."""
    found: dict[str, None] = dict.fromkeys(told.steps[-1].after.members) if told.steps else {}
    found["coordinator"] = None
    found |= dict.fromkeys(told.voices)
    return list(found)


def told_by_evidence(told: Chronicle, lens: Definition) -> Evidence:
    items = weigh(told, lens)
    moves = {POOLED: looks.moves(told, items, lens, None)}
    if told.voices:
        shared = [item for item in items if item.holder is None]
        moves[ANY_OTHER] = looks.moves(told, shared, lens, ANY_OTHER)
        for holder in told.voices:
            moves[holder] = looks.moves(told, [item for item in items if taken_by(holder, item.holder)], lens, holder)
    return Evidence(lens.name, lens.version, items, moves, _sides(told) if items else [])


def told_by_accounts(told: Chronicle, version: str) -> Accounts:
    found = accounts.read(told, [*holders(told), ANY_OTHER])
    return Accounts("accounts", version, {name or POOLED: account for name, account in found.items()})


def _sides(told: Chronicle) -> list[tuple[int, tuple[str, str] | None]]:
    found: list[tuple[int, tuple[str, str] | None]] = []
    for step in told.steps:
        if step.after.members is step.before.members and step.after.reversals is step.before.reversals:
            continue
        pair = step.after.giver_and_receiver()
        if not found or found[-1][1] != pair:
            if found and found[-1][0] == step.event.at:
                found.pop()
            found.append((step.event.at, pair))
    return found if any(pair for _, pair in found) else []


def moves_of(told: Evidence | Accounts, holder: str | None) -> list[Move]:
    """The moves of a holder (None: pooled), the future in silence included."""
    if isinstance(told, Accounts):
        return account_of(told, holder).moves
    key = POOLED if holder is None else holder
    return told.moves.get(key, told.moves.get(ANY_OTHER, told.moves[POOLED]))


def account_of(told: Accounts, holder: str | None) -> Account:
    return told.holders.get(holder or POOLED, told.holders[ANY_OTHER])


def phase_at(moves: Sequence[Move], at: int) -> Phase:
    phase = "unobserved"
    for move in moves:
        if move.at > at:
            break
        phase = move.now
    return phase  # type: ignore[return-value]


def said_by_evidence(told: Evidence, lens: Definition, holder: str | None, at: int) -> Said:
    """What the lens says of a holder at an instant."""
    items = [item for item in told.items if taken_by(holder, item.holder)]
    h, f, o, adding = strengths(items, at, lens)
    phase = phase_at(moves_of(told, holder), at)
    pair = None
    for since, sides in told.sides:
        if since <= at:
            pair = sides
    weights = sorted(adding, key=lambda found: -sum(found[1]))
    total = sum(sum(weight) for _, weight in weights)
    basis = {name: sum(sum(weight) for item, weight in weights if item.basis == name) for name in ("formal", "conduct", "voiced")}
    return Said(
        phase,
        None,
        (pair,) if phase == "help" and pair is not None else (),
        shares(h, f, o),
        confidence(h, f, o),
        (h, f, o),
        tuple((name, part / total) for name, part in basis.items() if part > 0),
        tuple((item.event, item.basis, weight) for item, weight in weights),
    )


def said_by_accounts(told: Accounts, holder: str | None, at: int) -> Said:
    """What `accounts` says of a holder at an instant."""
    spell = accounts.spell_at(account_of(told, holder).spells, at)
    because = tuple((event, spell.basis or "voiced", None) for event in spell.rests)
    basis = ((spell.basis, 1.0),) if spell.basis is not None else ()
    return Said(spell.phase, spell.kind, spell.direction, None, None, None, basis, because)  # type: ignore[arg-type]


class Column(Struct, frozen=True):
    """A trajectory in columns of equal length."""

    at: list[int]
    phase: list[str]
    shares: list[tuple[float, float, float] | None]
    confidence: list[float | None]


def column(told: Evidence | Accounts, lens: Definition, holder: str | None, instants: Sequence[int]) -> Column:
    """Phase and shares at each of a series of rising instants."""
    if isinstance(told, Accounts):
        spells = account_of(told, holder).spells
        return Column(
            list(instants), [accounts.spell_at(spells, at).phase for at in instants], [None] * len(instants), [None] * len(instants)
        )
    running = looks.Strengths([item for item in told.items if taken_by(holder, item.holder)], lens)
    moves = moves_of(told, holder)
    found = Column(list(instants), [], [], [])
    phase, place = "unobserved", 0
    for at in instants:
        while place < len(moves) and moves[place].at <= at:
            phase, place = moves[place].now, place + 1
        running.go_on(at)
        strengths = running.now()
        found.phase.append(phase)
        found.shares.append(shares(*strengths))
        found.confidence.append(confidence(*strengths))
    return found
