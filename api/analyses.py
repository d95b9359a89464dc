"""Analyses of a project, as its researchers ask for them; see `projections.views.analyses`.

Every type says with how it was read of how many it tells. Each field names the source of its formula.
"""

from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any, TypeVar

import strawberry
from strawberry import UNSET

from api.arguments import UNNAMED, ProjectLens, given
from api.context import Info, study
from api.fields import field
from api.readings import LENS, LENS_VERSION
from api.scalars import Censoring, Phase, Withheld
from domain.model.errors import bad
from projections.views import analysed as a
from projections.views.analyses import MOST_GROUPS, MOST_POINTS, MOST_REACH
from projections.views.research import MOST_STEP
from projections.views.sequenced import HOLDERS, ReadBy

T = TypeVar("T", bound=a.Analysis)
WHOSE = "`coordinator`, `group`, `observer`, or `gives` or `receives`: that of the one member on that side, where there is one"
Whose = Annotated[str | None, strawberry.argument(description=f"Whose reading: {WHOSE}. Without it, pooled over all.")]
Step = Annotated[int | None, strawberry.argument(description=f"Weeks between two points, 1 to {MOST_STEP}.")]
COUNTS = "How many stood in each phase, in the order of `phases`."
SHORT = "Why this row is not told; none where it is. Others may be held back with it, which would give it away."


def _value(name: str, description: str) -> Any:
    return strawberry.enum_value(name, description=description)


@strawberry.enum(description="How unlike two sequences are.")
class SequenceMeasure(Enum):
    OPTIMAL_MATCHING = _value("OPTIMAL_MATCHING", "What it costs to make one of the other (Abbott & Tsay 2000).")
    LCS = _value("LCS", "How many points are not in their longest common subsequence (Elzinga 2008).")
    HAMMING = _value("HAMMING", "At how many points they differ (Hamming 1950).")


@strawberry.enum(description="What it costs in optimal matching to put one phase for another.")
class SequenceCosts(Enum):
    CONSTANT = _value("CONSTANT", "2, whichever they are.")
    RATES = _value("RATES", "2, less how often the one follows the other and the other the one (Gabadinho et al. 2011).")
    GIVEN = _value("GIVEN", "What `substitution` says.")


@strawberry.enum(description="What may happen in a relationship, to look at the weeks around it.")
class AnalysedEvent(Enum):
    ROLES_REVERSED = _value("roles_reversed", "Who helped is helped.")
    BOUNDARY_AGREED = _value("boundary_agreed", "They agreed on something.")
    TERM_LEFT_OPEN = _value("term_left_open", "A term ended, and how to go on was left open.")


@strawberry.type(description="What every analysis says of itself.")
class _Analysis:
    lens: str = field(LENS)
    lens_version: str = field(LENS_VERSION)
    holder: str | None = field(f"Whose readings: {WHOSE}. None: pooled over all.")
    step_weeks: int = field("Weeks between two points.")
    phases: list[Phase] = field("The order in which counts and costs are given. UNOBSERVED is one of them.")
    relationships: int | None = field("Of how many relationships it tells; none where nothing is told.")
    persons: int | None = field("Of how many people.")
    points: int | None = field("From how many readings it was worked out.")
    withheld: Withheld | None = field("Why nothing is told; none where it is.")


@strawberry.type(description="How relationships stood in a week.")
class StatesRow:
    week: int = field("Weeks since the start of each relationship.")
    of: int = field("How many were followed in it.")
    counts: list[int] = field(COUNTS)
    entropy: float = field("How varied they are: Shannon's entropy, from 0 (all alike) to 1 (as many in each phase).")


@strawberry.type(description="How long relationships stood in a phase.")
class PhaseTime:
    phase: Phase = field("Which one.")
    weeks: float = field("Points times `stepWeeks`, the mean over all relationships, as far as they were followed.")


@strawberry.type(description="How relationships stood week by week (Gabadinho et al. 2011), up to the first week of too few.")
class AnalysedStates(_Analysis):
    rows: list[StatesRow] = field("A row for each week.")
    times: list[PhaseTime] = field("The mean time in each phase. Who was followed for longer adds more.")


@strawberry.type(description="What follows on a phase.")
class FollowingRow:
    was: Phase = field("How a point stood that was followed by another.")
    of: int | None = field("How many such points there are.")
    counts: list[int] | None = field("How the next one stood, in the order of `phases`.")
    rates: list[float] | None = field("The same as parts of 1.")
    withheld: Withheld | None = field(SHORT)


@strawberry.type(description="What follows on what, over all points that were followed by another (Gabadinho et al. 2011).")
class AnalysedTransitions(_Analysis):
    rows: list[FollowingRow] = field("A row for each phase that something follows on.")


@strawberry.type(description="Means over all relationships.")
class IndicatorMeans:
    weeks: float = field("How many points they have times `stepWeeks`, the mean over all.")
    transitions: float = field("How often the phase changed.")
    entropy: float = field("See `entropy` of each.")
    turbulence: float = field("See `turbulence` of each.")
    complexity: float = field("See `complexity` of each.")


@strawberry.type(description="How much happened in one relationship.")
class RelationshipIndicators:
    relationship: strawberry.ID = field("Its pseudonym.")
    weeks: int = field("How many points it has times `stepWeeks`: with larger steps up to one more than it was followed.")
    censoring: Censoring = field("Why no further.")
    transitions: int = field("How often the phase changed.")
    entropy: float = field("How evenly its time is spread over the phases, 0 to 1 (Shannon).")
    turbulence: float = field("How many ways there are through its phases, and how uneven its spells; from 1 (Elzinga & Liefbroer 2007).")
    complexity: float = field("√(changes / possible changes · entropy), 0 to 1 (Gabadinho et al. 2010).")


@strawberry.type(description="How much happened in relationships. Lengths differ: turbulence grows with the time that one was followed.")
class AnalysedIndicators(_Analysis):
    means: IndicatorMeans | None = field("Over all; none where nothing is told.")
    each: list[RelationshipIndicators] = field("Those of each, in the order of pseudonyms.")


@strawberry.type(description="Relationships that went alike.")
class TypicalGroup:
    relationships: int | None = field("How many.")
    share: float | None = field("What part of all.")
    silhouette: float | None = field("How clearly they are apart from the others, −1 to 1: the mean silhouette width (Rousseeuw 1987).")
    medoid: strawberry.ID | None = field("The pseudonym of the one in their middle.")
    course: list[Phase] | None = field("How that one stood, point by point.")
    each: list[strawberry.ID] | None = field("The pseudonyms of all of them.")
    withheld: Withheld | None = field(SHORT)


@strawberry.type(
    description="Relationships in groups that went alike, around the one in the middle of each (Kaufman & Rousseeuw 1990), the largest"
    " first. Compared are the first weeks of those that were followed for so long, or had ended before: these stay ended."
)
class AnalysedTypical(_Analysis):
    weeks: int = field("How many weeks of each are compared.")
    measure: SequenceMeasure = field("How unlike two are.")
    substitution: list[list[float]] | None = field("What it cost to put one phase for another, in the order of `phases`.")
    indel: float | None = field("What it cost to put one in or leave one out.")
    left_out: int | None = field("How many were not followed for so long.")
    silhouette: float | None = field("The mean silhouette width over all. Near 0 the groups could as well be drawn otherwise.")
    groups: list[TypicalGroup] = field("The groups.")


@strawberry.type(description="Who still waits.")
class WaitingRow:
    week: int = field("Weeks since the start of each relationship.")
    at_risk: int = field("How many had not come to it before, and were followed.")
    came: int = field("How many came to it in this week.")
    censored: int = field("How many were followed no further, or ended.")
    waiting: float = field("What part has not come to it after this week (Kaplan & Meier 1958).")
    error: float = field("The standard error of that (Greenwood 1926).")


@strawberry.type(
    description="How long it takes until a relationship first stands in a phase, of those that did not begin in it. Who ended before counts"
    " as censored: it is how it would go if nothing ended. To ENDED, which nobody can end before, it is how it went."
)
class AnalysedTime(_Analysis):
    phase: Phase = field("Which one.")
    rows: list[WaitingRow] = field("A row for each week, as long as enough people wait.")
    median: int | None = field("The first week after which half or fewer wait; none where that is not seen.")


@strawberry.type(description="How relationships stood some weeks before or after something happened.")
class AroundRow:
    week: int = field("Weeks since it happened; less than 0 before.")
    of: int | None = field("How many these are: the same in every row.")
    counts: list[int] | None = field(COUNTS)
    withheld: Withheld | None = field("Why this row is not told; none where it is.")


@strawberry.type(
    description="How relationships stood around the first time that something happened in them, of those that were followed in all weeks"
    " that are told. Weeks are left out where too few would fall out with them."
    " What follows on it, it need not have brought about."
)
class AnalysedAround(_Analysis):
    event: AnalysedEvent = field("What happened.")
    rows: list[AroundRow] = field("A row for each week.")


@strawberry.type(description="How the other reading was, where the one was so.")
class ComparedRow:
    phase: Phase = field("How the one reading was.")
    of: int | None = field("At how many points.")
    counts: list[int] | None = field("How the other was at these, in the order of `phases`.")
    withheld: Withheld | None = field(SHORT)


@strawberry.type(description="How two readings of one relationship agree.")
class RelationshipAgreement:
    relationship: strawberry.ID = field("Its pseudonym.")
    weeks: int = field("Of how many: points times `stepWeeks`.")
    share: float | None = field("At what part of them both say the same.")
    differ_since: int | None = field("Since which week they differ at every point; none where they agree at the last.")


@strawberry.type(description="Two readings of the same relationships beside each other. Neither is right because the other differs.")
class AnalysedComparison(_Analysis):
    other_lens: str = field("The lens of the other reading.")
    other_lens_version: str = field("Its version.")
    other_holder: str | None = field("Whose the other reading is. None: pooled over all.")
    weeks: int | None = field("Of how many, of all relationships: points times `stepWeeks`.")
    share: float | None = field("At what part of these both say the same.")
    kappa: float | None = field("How much that is above chance: Cohen's κ (1960); none where chance would agree always.")
    rows: list[ComparedRow] = field("About what they differ: a row for each phase of the one reading.")
    each: list[RelationshipAgreement] = field("The same of each, in the order of pseudonyms.")


async def _asked(info: Info, ask: Callable[..., T], step: int | None, lens: str | None, holder: str | None, *more: Any) -> T:
    context = info.context
    reading = ReadBy(given(lens), _whose(holder, "holder"), 1 if step is None else step)
    found = await study(ask, context.scope, reading, *more)
    context.spend(found.points or 0)
    return found


def _whose(holder: str | None, name: str) -> str | None:
    known = given(holder)
    if known is not None and known not in HOLDERS:
        raise bad("analysis_holder", name, holder=known)
    return known


async def _states(info: Info, step_weeks: Step = 1, lens: ProjectLens = UNSET, holder: Whose = UNSET) -> a.States:
    return await _asked(info, info.context.organisation.analyses.states, step_weeks, lens, holder)


async def _transitions(info: Info, step_weeks: Step = 1, lens: ProjectLens = UNSET, holder: Whose = UNSET) -> a.Following:
    return await _asked(info, info.context.organisation.analyses.transitions, step_weeks, lens, holder)


async def _indicators(info: Info, step_weeks: Step = 1, lens: ProjectLens = UNSET, holder: Whose = UNSET) -> a.Indicated:
    return await _asked(info, info.context.organisation.analyses.indicators, step_weeks, lens, holder)


async def _typical(
    info: Info,
    groups: Annotated[int, strawberry.argument(description=f"How many groups, 1 to {MOST_GROUPS}.")],
    weeks: Annotated[int, strawberry.argument(description=f"How many weeks of each are compared, {MOST_POINTS} points at most.")],
    measure: Annotated[SequenceMeasure, strawberry.argument(description="How unlike two are.")] = SequenceMeasure.OPTIMAL_MATCHING,
    costs: Annotated[
        SequenceCosts, strawberry.argument(description="In optimal matching, what it costs to put one phase for another.")
    ] = SequenceCosts.CONSTANT,
    substitution: Annotated[
        list[list[float]] | None, strawberry.argument(description="Own costs: five rows of five, in the order of `phases`.")
    ] = UNSET,
    indel: Annotated[float | None, strawberry.argument(description="Own cost; else half of the highest of the others.")] = UNSET,
    step_weeks: Step = 1,
    lens: ProjectLens = UNSET,
    holder: Whose = UNSET,
) -> a.Typical:
    own = (groups, weeks, measure.value, costs.value, given(substitution), given(indel))
    return await _asked(info, info.context.organisation.analyses.typical, step_weeks, lens, holder, *own)


async def _time_to(
    info: Info,
    phase: Annotated[Phase, strawberry.argument(description="Which phase.")],
    step_weeks: Step = 1,
    lens: ProjectLens = UNSET,
    holder: Whose = UNSET,
) -> a.Awaited:
    return await _asked(info, info.context.organisation.analyses.time_to, step_weeks, lens, holder, phase.value)


async def _around(
    info: Info,
    event: Annotated[AnalysedEvent, strawberry.argument(description="What happened.")],
    reach: Annotated[int, strawberry.argument(description=f"How many points before and after it, 1 to {MOST_REACH}.")] = 13,
    step_weeks: Step = 1,
    lens: ProjectLens = UNSET,
    holder: Whose = UNSET,
) -> a.Around:
    return await _asked(info, info.context.organisation.analyses.around, step_weeks, lens, holder, event.value, reach)


async def _compare(
    info: Info,
    step_weeks: Step = 1,
    lens: ProjectLens = UNSET,
    holder: Whose = UNSET,
    other_lens: Annotated[str | None, strawberry.argument(description=f"The lens of the other reading. {UNNAMED}")] = UNSET,
    other_holder: Annotated[str | None, strawberry.argument(description="Whose the other reading is; as `holder`.")] = UNSET,
) -> a.Compared:
    other = ReadBy(given(other_lens), _whose(other_holder, "otherHolder"), 1 if step_weeks is None else step_weeks)
    return await _asked(info, info.context.organisation.analyses.compare, step_weeks, lens, holder, other)


@strawberry.type(
    description="What is worked out from all relationships of the project together, by weeks since the start of each. Numbers are told of"
    " as many people as the project itself, and rows of fewer are not."
)
class Analyses:
    states: AnalysedStates = field("How they stood week by week.", _states)
    transitions: AnalysedTransitions = field("What follows on what.", _transitions)
    indicators: AnalysedIndicators = field("How much happened in them.", _indicators)
    typical: AnalysedTypical = field("Groups that went alike, and a typical trajectory of each.", _typical)
    time_to: AnalysedTime = field("How long it takes to come to a phase.", _time_to)
    around: AnalysedAround = field("How they stood around something that happened.", _around)
    compare: AnalysedComparison = field("Two readings of them beside each other: of two lenses, or of two holders.", _compare)


def analyses() -> Analyses:
    return Analyses()
