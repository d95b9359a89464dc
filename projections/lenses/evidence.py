"""The lens `evidence`: everything that happened, weighed into three strengths, and the phases read from them.

`weigh` turns a chronicle into contributions once; every holder's strengths at any instant are sums over those, and the phases
are those of the looks: after each instant with events, when a term lapses, and in silence every so many days.
"""

from collections.abc import Sequence
from math import expm1, log
from typing import Literal

from msgspec import Struct

from domain.model.event import Event
from domain.model.events import Unvoiced
from domain.model.lens import Definition, Weight
from domain.model.relationship import Relationship, Term
from domain.model.time import DAY
from projections.lenses.chronicle import Chronicle

Basis = Literal["formal", "conduct", "voiced"]
Phase = Literal["unobserved", "help", "friendship", "ambiguity", "ended"]
AMBIGUOUS = ("both", "neither", "alternating", "unsure")
NOTHING: Weight = (0.0, 0.0, 0.0)
SLIGHT = 1e-9
LN2 = log(2)


class Contribution(Struct, array_like=True, gc=False):
    """What one event adds: a deposit that decays, or a standing that lasts until `ends` (None: it stands).

    `holder` is whose view it is; None is a shared fact. `halves`: it is an agreement that weighs, so it halves the openness."""

    event: str
    at: int
    basis: Basis
    weight: Weight
    standing: bool = False
    ends: int | None = None
    holder: str | None = None
    halves: bool = False


class Move(Struct, array_like=True, gc=False):
    """A change of phase (in `accounts` of kind too). `cause` is events, silence or lapse; triggers are ids of events."""

    at: int
    was: str
    was_kind: str | None
    now: str
    kind: str | None
    cause: str
    triggers: tuple[str, ...]


class _Weigher:
    """Goes through a chronicle, opening and closing contributions."""

    def __init__(self, lens: Definition, extended: set[int]) -> None:
        """`extended`: the instants at which a term was extended."""
        self._lens = lens
        self._extended = extended
        self.made: list[Contribution] = []
        self._open: dict[str, Contribution] = {}

    def deposit(self, event: Event, basis: Basis, weight: Weight) -> None:
        if weight != NOTHING:
            self.made.append(Contribution(event.id, event.at, basis, weight, holder=event.perspective))

    def stand(self, key: str, event: Event, basis: Basis, name: str, at: int | None = None, halves: bool = False) -> None:
        weight = self._lens.weight(name)
        if weight != NOTHING:
            made = Contribution(event.id, event.at if at is None else at, basis, weight, True, None, event.perspective, halves)
            self._open[key] = made
            self.made.append(made)

    def close(self, key: str, at: int) -> None:
        if (found := self._open.pop(key, None)) is not None:
            found.ends = at

    def close_all(self, at: int) -> None:
        for key in list(self._open):
            self.close(key, at)

    def meeting(self, event: Event, before: Relationship) -> None:
        data = event.data
        names = []
        if before.matched and data.mood != "strained" and not self._runs(before.term, event.at):
            names.append("meeting_after_term")
        if data.mood is not None and data.mood != "strained":
            names.append(f"mood_{data.mood}")
        names += ["shared_by_giver" if before.side(sharing.by) == "gives" else "shared" for sharing in data.shared]
        names += [self.help(before, help.giver, help.receiver) for help in data.help]
        if names:
            weights = [self._lens.weight(name) for name in names]
            self.deposit(event, "conduct", (sum(w[0] for w in weights), sum(w[1] for w in weights), sum(w[2] for w in weights)))

    def _runs(self, term: Term | None, at: int) -> bool:
        """Whether a term runs. Extended by the instant at which it would lapse, it runs on at that instant, whatever came first."""
        return term is not None and (term.runs(at) or (term.ended is None and term.lapses == at and at in self._extended))

    def help(self, state: Relationship, giver: str, receiver: str) -> str:
        """Which way help went: between equals, along the roles or against them."""
        gives, receives = state.side(giver), state.side(receiver)
        if gives == receives or "both" in (gives, receives):
            return "help_equal"
        return "help_along" if gives == "gives" or receives == "receives" else "help_against"

    def account(self, event: Event) -> None:
        data = event.data
        base = self._lens.weight(f"account_{data.named}") if data.named is not None else NOTHING
        helped = base[0] if data.help is None else float(data.help)
        befriended = base[1] if data.friendship is None else float(data.friendship)
        self.deposit(event, "voiced", (helped, befriended, base[2]))

    def codes(self, told: Chronicle) -> None:
        """Codes of accounts, in a lens that weighs them: each once an account, however many coders and segments, from when it was given."""
        accounts = {step.event.id: step.event for step in told.steps if step.event.kind.name == "account_given"}
        seen: set[tuple[str, str]] = set()
        for coded in told.codes:
            if isinstance(coded.data, Unvoiced) or (account := accounts.get(coded.data.account)) is None:
                continue
            key, weight = (coded.data.account, coded.data.code), self._lens.codes.get(coded.data.code, NOTHING)
            if weight != NOTHING and key not in seen:
                seen.add(key)
                self.made.append(Contribution(coded.id, account.at, "voiced", weight, holder=account.perspective))

    def term(self, event: Event, after: Relationship) -> None:
        self.close("term", event.at)
        if after.term is not None:
            self.stand("term", event, "formal", "term_helping" if after.term.helping else "term_equal")

    def lapse(self, source: Event, after: Relationship, at: int) -> None:
        self.close("term", at)
        if after.term is not None and after.term.kind == "fixed":
            self.stand("term", source, "formal", "term_lapsed", at)

    def take(self, event: Event, before: Relationship, after: Relationship) -> None:
        data, at = event.data, event.at
        match event.kind.name:
            case _ if isinstance(data, Unvoiced):
                return
            case "help_given":
                self.deposit(event, "conduct", self._lens.weight(self.help(before, data.giver, data.receiver)))
            case "match_made" | "term_extended":
                self.term(event, after)
            case "term_ended" if data.continuation != "stopped":
                self.close("term", at)
                self.stand("term", event, "formal", f"ended_{data.continuation}")
            case "term_ended" | "relationship_ended":
                self.close_all(at)
            case "roles_reversed":
                self.stand(f"reversal {data.reversal}", event, "conduct", "roles_reversed")
            case "roles_restored":
                self.close(f"reversal {data.reversal}", at)
            case "member_left":
                for reversal in before.reversals.keys() - after.reversals.keys():
                    self.close(f"reversal {reversal}", at)
            case "role_taken" if data.formal and before.sides[data.role] in ("gives", "receives"):
                self.deposit(event, "conduct", self._lens.weight("role_taken"))
            case "boundary_agreed":
                if data.replaces is not None:
                    self.close(f"agreement {data.replaces}", at)
                if not data.tacit:
                    self.stand(f"agreement {data.agreement}", event, "formal", f"agreed_{data.kind}", halves=True)
            case "boundary_lifted":
                self.close(f"agreement {data.agreement}", at)
            case "left_open":
                self.stand(f"opening {data.opening}", event, "voiced", f"open_{data.about}")
            case "settled":
                self.close(f"opening {data.opening}", at)
            case "account_given":
                self.account(event)
            case "surprise_noticed":
                self.deposit(event, "voiced", self._lens.weight("surprise"))
            case "tension_felt":
                self.stand(f"tension {data.tension}", event, "voiced", f"tension_{data.kind}")
            case "tension_eased":
                self.close(f"tension {data.tension}", at)
            case "room_made" if data.way == "left_open":
                self.deposit(event, "conduct", self._lens.weight("room_left_open"))


def weigh(told: Chronicle, lens: Definition) -> list[Contribution]:
    """Every contribution of a relationship's history under a lens, for all holders, in the order of their events."""
    weigher = _Weigher(lens, {step.event.at for step in told.steps if step.event.kind.name == "term_extended"})
    source: Event | None = None
    lapses = list(told.lapses)
    for step in told.steps:
        while lapses and lapses[0] <= step.event.at:
            at = lapses.pop(0)
            if source is not None:
                weigher.lapse(source, step.before, at)
        name = step.event.kind.name
        if name == "meeting_held":
            data = step.event.data
            if step.before.matched or data.mood is not None or data.shared or data.help:
                weigher.meeting(step.event, step.before)
            continue
        weigher.take(step.event, step.before, step.after)
        if name in ("match_made", "term_extended"):
            source = step.event
    if lapses and source is not None:
        weigher.lapse(source, told.steps[-1].after, lapses[0])
    if lens.codes:
        weigher.codes(told)
    return weigher.made


def taken_by(holder: str | None, item: str | None) -> bool:
    """Whether a reading takes something said from the perspective `item`: shared facts always, pooled everything."""
    return item is None or holder is None or item == holder


def strengths(items: Sequence[Contribution], at: int, lens: Definition) -> tuple[float, float, float, list[tuple[Contribution, Weight]]]:
    """Help, friendship and openness at an instant, openness after the halving; with what each contribution still adds."""
    half_life = lens.half_life_days * DAY
    adding: list[tuple[Contribution, Weight]] = []
    halved = False
    for item in items:
        if item.at > at or (item.ends is not None and item.ends <= at):
            continue
        factor = 1.0 if item.standing else 2.0 ** (-(at - item.at) / half_life)
        halved = halved or item.halves
        adding.append((item, (item.weight[0] * factor, item.weight[1] * factor, item.weight[2] * factor)))
    h, f, o = (sum(weight[part] for _, weight in adding) for part in range(3))
    return h, f, o * lens.agreed_openness if halved else o, adding


def shares(h: float, f: float, o: float) -> tuple[float, float, float] | None:
    """The parts of help, friendship and ambiguity; None where nothing is known.

    Both at once is ambivalence by the similarity-intensity index of Griffin (Thompson, Zanna & Griffin 1995).
    """
    # Written so that nothing cancels: strengths that have all but faded still have exact shares.
    helped, befriended, opened = _filled(h), _filled(f), _filled(o)
    both = max(0.0, (helped + befriended) / 2 - abs(helped - befriended))
    ambiguous = both + opened - both * opened
    helped, befriended = helped * (1 - ambiguous), befriended * (1 - ambiguous)
    whole = helped + befriended + ambiguous
    return (helped / whole, befriended / whole, ambiguous / whole) if whole > 0 else None


def confidence(h: float, f: float, o: float) -> float:
    return _filled(h + f + o)


def _filled(strength: float) -> float:
    """1 − 2^−s: one unit is a half, two are three quarters."""
    return 0.0 - expm1(-strength * LN2)
