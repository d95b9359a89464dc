"""The looks of the lens `evidence`: when the strengths are read into a phase, and the moves that come of it.

The future in silence is already determined, so the moves are worked out until nothing can change any more; a move counts from
its instant, and whoever asks sees those up to now.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from domain.model.lens import Definition
from domain.model.time import DAY
from projections.lenses.chronicle import Chronicle, Step, at_one_instant
from projections.lenses.evidence import SLIGHT, Contribution, Move, confidence, shares, taken_by

PHASES = ("ambiguity", "friendship", "help")
"""In the order that decides between equals."""
STEEPNESS = 80.0
"""A bound on how much the difference of two shares can still move per unit of strength while something is observed: the shares
change by less than 38.5 per unit where the confidence is 0.25 or more, their difference by less than twice that."""
FADED = 1e-12
"""Of what stands: deposits of so little move no share by as much as a difference that counts. Where nothing stands, all wane alike, and the
shares are as good as those they tend to once so little is left in all."""


def largest(parts: tuple[float, float, float]) -> str:
    """The phase with the largest share; between equals ambiguity, then friendship, then help."""
    helped, befriended, ambiguous = parts
    if ambiguous >= befriended - SLIGHT and ambiguous >= helped - SLIGHT:
        return "ambiguity"
    return "friendship" if befriended >= helped - SLIGHT else "help"


def seen(phase: str, ended: bool, h: float, f: float, o: float, lens: Definition) -> str:
    """The phase after a look at these strengths, where it was `phase` before."""
    if ended:
        return "ended"
    if confidence(h, f, o) < lens.unobserved_below - SLIGHT:
        return "unobserved"
    parts = shares(h, f, o)
    if parts is None:
        return "unobserved"
    top = largest(parts)
    if phase in ("unobserved", "ended") or top == phase:
        return top
    share = {"help": parts[0], "friendship": parts[1], "ambiguity": parts[2]}
    return top if share[top] - share[phase] >= lens.change_by - SLIGHT else phase


class Strengths:
    """The strengths of one holder, taken forward from look to look. Never asked for an earlier instant than before."""

    def __init__(self, items: Sequence[Contribution], lens: Definition) -> None:
        self._lens = lens
        self._items = sorted(items, key=lambda item: item.at)
        self._next = 0
        self._half_life = lens.half_life_days * DAY
        self._at = 0
        self._deposits = (0.0, 0.0, 0.0)
        self._standings: list[Contribution] = []
        self._standing = (0.0, 0.0, 0.0)
        self._halved = False
        self._turn: int | None = self._items[0].at if self._items else None
        """When something next begins or ends."""

    def forward(self, at: int) -> None:
        """To an instant at which something may begin or end."""
        self.decay(at)
        h, f, o = self._deposits
        while self._next < len(self._items) and self._items[self._next].at <= at:
            item = self._items[self._next]
            self._next += 1
            if item.standing:
                self._standings.append(item)
            else:
                factor = 2.0 ** (-(at - item.at) / self._half_life)
                h, f, o = h + item.weight[0] * factor, f + item.weight[1] * factor, o + item.weight[2] * factor
        self._deposits = (h, f, o)
        self._standings = [item for item in self._standings if item.ends is None or item.ends > at]
        weights = [item.weight for item in self._standings]
        self._standing = (sum(w[0] for w in weights), sum(w[1] for w in weights), sum(w[2] for w in weights))
        self._halved = any(item.halves for item in self._standings)
        turns = [item.ends for item in self._standings if item.ends is not None]
        self._turn = min([*turns, self._items[self._next].at]) if self._next < len(self._items) else min(turns, default=None)

    def go_on(self, at: int) -> None:
        """To an instant, whether something begins or ends by then or not."""
        if self._turn is not None and at >= self._turn:
            self.forward(at)
        else:
            self.decay(at)

    def decay(self, at: int) -> None:
        """To an instant of silence."""
        h, f, o = self._deposits
        if h or f or o:
            factor = 2.0 ** (-(at - self._at) / self._half_life)
            self._deposits = (h * factor, f * factor, o * factor)
        self._at = at

    def now(self) -> tuple[float, float, float]:
        (h, f, o), (sh, sf, so) = self._deposits, self._standing
        openness = o + so
        return h + sh, f + sf, openness * self._lens.agreed_openness if self._halved else openness

    def settled(self, phase: str) -> bool:
        """Whether silence alone can bring no further change of phase."""
        left = sum(self._deposits)
        h, f, o = self._standing
        if left <= FADED * (h + f + o or 1.0):
            return True
        if self._halved:
            o *= self._lens.agreed_openness
        known = confidence(h, f, o)
        if phase == "unobserved":
            return confidence(*self.now()) < self._lens.unobserved_below - SLIGHT
        if known < max(0.25, self._lens.unobserved_below):
            return False
        parts = shares(h, f, o)
        if parts is None:
            return False
        share = {"help": parts[0], "friendship": parts[1], "ambiguity": parts[2]}
        return max(parts) - share[phase] + STEEPNESS * left < self._lens.change_by


def moves(told: Chronicle, items: Sequence[Contribution], lens: Definition, holder: str | None) -> list[Move]:
    """The moves of one holder (None: pooled), of whom `items` are the contributions. In the order of time, into the future."""
    if not items and not told.ends:
        return []
    strengths = Strengths(items, lens)
    found: list[Move] = []
    phase = "unobserved"

    def look(at: int, ended: bool, cause: str, triggers: tuple[str, ...]) -> None:
        nonlocal phase
        now = seen(phase, ended, *strengths.now(), lens)
        if now != phase:
            found.append(Move(at, phase, None, now, None, cause, triggers))
            phase = now

    for at, taken, ended, lapses, following in instants(told, items, holder):
        strengths.forward(at)
        look(at, ended, "events", tuple(step.event.id for step in taken))
        silent = at
        every = lens.silence
        while not (is_still := ended or strengths.settled(phase)) or lapses:
            if is_still:
                # Until the term lapses nothing can change.
                silent += (lapses[0] - silent) // every * every
            silent = silent + every
            while lapses and lapses[0] <= silent:
                lapse = lapses.pop(0)
                strengths.forward(lapse)
                look(lapse, ended, "lapse", ())
            if following is not None and silent >= following:
                break
            strengths.decay(silent)
            look(silent, ended, "silence", ())
    return found


class Instant(NamedTuple):
    """At which a look is taken since something happened. `taken` are the events there that the reading takes; `ended`, whether the
    relationship had ended after them; `lapses`, when terms lapse before the `following` instant (None: there is none)."""

    at: int
    taken: list[Step]
    ended: bool
    lapses: list[int]
    following: int | None


def instants(told: Chronicle, items: Sequence[Contribution], holder: str | None) -> Iterator[Instant]:
    """Those of a holder, of whom `items` are the contributions. Those are left out before which nothing weighs, as what is seen there is
    nothing."""
    first = min((item.at for item in items), default=None)
    seeing = told.steps if told.ends or first is None else [step for step in told.steps if step.event.at >= first]
    groups = [(group, [one for one in group if taken_by(holder, one.event.perspective)]) for group in at_one_instant(seeing)]
    groups = [(group, taken) for group, taken in groups if taken]
    for (group, taken), after in zip_longest(groups, groups[1:]):
        at, following = group[0].event.at, after[0][0].event.at if after else None
        lapses = [lapse for lapse in told.lapses if lapse > at and (following is None or lapse < following)]
        yield Instant(at, taken, group[-1].after.ended, lapses, following)
