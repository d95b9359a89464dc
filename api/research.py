"""Research: a project's relationships under pseudonyms, by weeks since their start.

Nothing here leads to the types that others are given.
"""

from typing import Annotated

import strawberry
from strawberry import UNSET

from api.analyses import Analyses, analyses
from api.arguments import After, First, ProjectLens, given, size
from api.coding import CodeAgreement, CodebookEntry, codebook_in
from api.context import Info, question, study
from api.events import PageInfo, page_info
from api.fields import field
from api.lenses import LensSensitivity, ResearchLens, ResearchLensTrial, sensitivity_in, try_lens_in
from api.measures import Scale, Score, scales_in
from api.readings import LENS, LENS_VERSION
from api.releases import Release, own_releases
from api.scalars import AmbiguityKind, Cause, Censoring, Date, Origin, Phase, Side, Withheld
from projections.research import agreement
from projections.views import pseudonymous as p
from projections.views.research import MOST_STEP, MOST_SWEPT
from projections.views.tries import MOST
from projections.views.weekly import spells

HOLDER = "Whose reading this is: a member's pseudonym, `coordinator`, `group` or `observer`. None: pooled over all."
Holder = Annotated[
    str | None,
    strawberry.argument(
        description="Whose reading: a member's pseudonym, `coordinator`, `group` or `observer`; without it, pooled over all."
    ),
]
Step = Annotated[int | None, strawberry.argument(description=f"Weeks between two readings, 1 to {MOST_STEP}.")]
Relationship = strawberry.Parent[p.Relationship]
Member = strawberry.Parent[p.Member]


async def _trajectory(info: Info, key: str, step_weeks: int | None, lens: str | None, holder: str | None = None) -> p.Trajectory | None:
    context = info.context
    context.spend(0)
    asked = {"scope": context.scope, "step": 1 if step_weeks is None else step_weeks, "lens": given(lens), "holder": given(holder)}
    found = await context.load(context.organisation.research.trajectories, key, **asked)
    context.spend(len(found.week) if found is not None else 0)
    return found


async def _moves(info: Info, key: str, lens: str | None, holder: str | None = None) -> list[p.Move] | None:
    context = info.context
    return await context.load(context.organisation.research.moves, key, scope=context.scope, lens=given(lens), holder=given(holder))


async def _trajectory_of(
    relationship: Relationship, info: Info, step_weeks: Step = 1, lens: ProjectLens = UNSET, holder: Holder = UNSET
) -> p.Trajectory | None:
    return await _trajectory(info, relationship.key, step_weeks, lens, holder)


async def _moves_of(relationship: Relationship, info: Info, lens: ProjectLens = UNSET, holder: Holder = UNSET) -> list[p.Move] | None:
    return await _moves(info, relationship.key, lens, holder)


async def _codes(relationship: Relationship, info: Info) -> list[p.Code] | None:
    context = info.context
    return await context.load(context.organisation.research.codes, relationship.key, scope=context.scope)


async def _agreement(info: Info) -> list[agreement.CodeAgreement] | None:
    return await study(info.context.organisation.research.agreement, info.context.scope)


async def _measures(relationship: Relationship, info: Info) -> list[p.Measure] | None:
    context = info.context
    return await context.load(context.organisation.research.measures, relationship.key, scope=context.scope)


async def _spells(trajectory: strawberry.Parent[p.Trajectory]) -> p.Spells:
    return spells(trajectory)


async def _own_trajectory(member: Member, info: Info, step_weeks: Step = 1, lens: ProjectLens = UNSET) -> p.Trajectory | None:
    return await _trajectory(info, member.key, step_weeks, lens)


async def _own_moves(member: Member, info: Info, lens: ProjectLens = UNSET) -> list[p.Move] | None:
    return await _moves(info, member.key, lens)


@strawberry.type(description="A project of research, and how much there is in it.")
class ResearchProject:
    id: strawberry.ID = field("Its id.")
    purpose: str = field("What the research is for.")
    since: Date | None = field("The first day on which relationships began that are in it; none where it does not matter.")
    until: Date | None = field("The last day on which they began, and up to which they are observed; none where it goes on.")
    relationships: int | None = field("How many relationships are in it; none where nothing is told.")
    persons: int | None = field("How many people are in them; none where nothing is told.")
    withheld: Withheld | None = field("Why nothing of it is told; none where it is.")
    lenses: list[str] | None = field("The lenses it is asked through, as `name@version`; none for all.")


@strawberry.type(description="An initiative, under a pseudonym.")
class ResearchInitiative:
    pseudonym: strawberry.ID = field("What it is called in this project.")
    kind: str = field("What kind of initiative it is.")
    guidance: str = field("How much it is guided.")
    contact: str = field("How contacts come about there.")


@strawberry.type(description="For how long a trajectory stood somewhere without a break, as columns of equal length.")
class ResearchSpells:
    phase: list[Phase] = field("How it stood.")
    begin: list[int] = field("The first week of it.")
    end: list[int] = field("The last week that was read so, itself included.")
    points: list[int] = field("How many readings that is.")


@strawberry.type(description="Readings week by week, as columns of equal length.")
class ResearchTrajectory:
    lens: str = field(LENS)
    lens_version: str = field(LENS_VERSION)
    holder: strawberry.ID | None = field(HOLDER)
    week: list[int] = field("Weeks since the start of the relationship; each reading is as it stood at the end of its week.")
    phase: list[Phase] = field("How it stood.")
    help: list[float | None] = field(
        "The share of help, 0 to 1 with two decimals; null where nothing is known and in lenses without shares."
    )
    friendship: list[float | None] = field("The share of friendship; null as for help.")
    ambiguity: list[float | None] = field("The share of ambiguity; null as for help.")
    confidence: list[float | None] = field("How much is known, 0 to 1 with two decimals; null in lenses without weights.")
    spells: ResearchSpells = field("The same, for how long each phase stood.", _spells)


@strawberry.type(description="A change of phase, or of the kind of ambiguity, in one reading of a relationship.")
class ResearchMove:
    lens: str = field(LENS)
    lens_version: str = field(LENS_VERSION)
    holder: strawberry.ID | None = field(HOLDER)
    week: int = field("The week since the start of the relationship in which it changed.")
    was: Phase = field("How it stood before.")
    was_kind: AmbiguityKind | None = field("In which way it was ambiguous before, where the lens tells.")
    now: Phase = field("How it stood from then on.")
    kind: AmbiguityKind | None = field("In which way it was ambiguous from then on, where the lens tells.")
    cause: Cause = field("Why it changed.")


@strawberry.type(description="What coders read in something that was said. Neither the words nor who coded them are told.")
class ResearchCode:
    week: int = field("The week since the start of the relationship that was spoken of.")
    holder: strawberry.ID | None = field("Who said it: a member's pseudonym, `coordinator`, `group` or `observer`.")
    code: str = field("The code.")


@strawberry.type(description="What was measured, as it comes out on a scale; the answers are not told.")
class ResearchMeasure:
    week: int = field("The week since the start of the relationship in which it was taken.")
    holder: strawberry.ID | None = field("Who answered: a member's pseudonym, `coordinator`, `group` or `observer`; none where not said.")
    scale: str = field("The scale, as `name@version`.")
    mode: str = field("How it was taken: `self`, `read_aloud` or `phone`.")
    scores: list[Score] = field("Its scores.")


@strawberry.type(description="A member of a relationship, under pseudonyms.")
class ResearchMember:
    pseudonym: strawberry.ID = field("What they are called in this relationship; give it as `holder`.")
    person: strawberry.ID = field("What they are called in all relationships of this project.")
    side: Side = field("The side they stand on now; with an open reversal exchanged.")
    joined: int = field("The week since the start of the relationship in which they joined it.")
    left: int | None = field("The week in which they left it; none where they did not while it was observed.")
    trajectory: ResearchTrajectory | None = field(
        "How it stood for them week by week; none where somebody has just withdrawn.", _own_trajectory
    )
    moves: list[ResearchMove] | None = field("When their own reading changed, in order of time; none as for the trajectory.", _own_moves)


@strawberry.type(description="What lies between two or more people, all of whom consent to research, under a pseudonym.")
class ResearchRelationship:
    pseudonym: strawberry.ID = field("What it is called in this project.")
    initiative: ResearchInitiative = field("The initiative it arose in.")
    origin: Origin = field("How it began.")
    weeks: int = field("For how many weeks it was observed: the week in which it ended, or how many are over.")
    censoring: Censoring = field("Why it was observed no longer.")
    members: list[ResearchMember] = field("Its members while it was observed, former ones too, in the order of their pseudonyms.")
    trajectory: ResearchTrajectory | None = field(
        "How it stood week by week; none where nobody here is called like the holder, or somebody has just withdrawn.", _trajectory_of
    )
    moves: list[ResearchMove] | None = field("When its reading changed, in order of time; none as for the trajectory.", _moves_of)
    codes: list[ResearchCode] | None = field(
        "What coders read in what was said while it was observed; none where somebody has just withdrawn.", _codes
    )
    measures: list[ResearchMeasure] | None = field(
        "What was measured of it while it was observed, where there is a scale for it; none where somebody has just withdrawn.", _measures
    )


@strawberry.type(description="A page of relationships, in the order of their pseudonyms.")
class ResearchRelationshipConnection:
    nodes: list[ResearchRelationship] = field("The relationships of this page.")
    page_info: PageInfo = page_info()


async def _lenses(info: Info) -> list[p.Lens]:
    return await question(info.context.organisation.research.lenses, info.context.scope)


async def _project(info: Info) -> p.Study:
    return await question(info.context.organisation.research.study, info.context.scope)


async def _relationships(info: Info, first: First = 50, after: After = UNSET) -> p.Page:
    return await question(info.context.organisation.research.page, info.context.scope, size(first, 50), given(after))


Pseudonym = Annotated[strawberry.ID, strawberry.argument(description="What the relationship is called in this project.")]


async def _relationship(info: Info, pseudonym: Pseudonym) -> p.Relationship | None:
    context = info.context
    return await context.load(context.organisation.research.relationships, pseudonym, scope=context.scope)


@strawberry.type(
    description="A project's relationships, under pseudonyms that hold in no other project. Weeks are counted from the start of each"
    " relationship, all of one by the same span of up to three days early or late. Readings are as they are known now."
)
class Research:
    project: ResearchProject = field("The project for which you ask.", _project)
    relationships: ResearchRelationshipConnection = field(
        "The relationships of which all who ever were members consent to research, page by page.", _relationships
    )
    relationship: ResearchRelationship | None = field("One of them by its pseudonym; none where there is none.", _relationship)
    releases: list[Release] = field("What was frozen of it, each as it comes out now.", own_releases)
    agreement: list[CodeAgreement] | None = field(
        "How far the coders of what was said in these agree; none where nothing is told of the project.", _agreement
    )
    lenses: list[ResearchLens] = field("The lenses there are, those that the organisation published in all their versions.", _lenses)
    scales: list[Scale] = field("The scales of measures there are.", scales_in)
    codebook: list[CodebookEntry] = field("What codes mean, as the organisation wrote it down.", codebook_in)
    sensitivity: LensSensitivity | None = field(
        f"How much what a lens concludes of these relationships ({MOST_SWEPT} of them at the most) hangs on its numbers; none where"
        " nothing is told of the project.",
        sensitivity_in,
    )
    try_lens: ResearchLensTrial | None = field(
        f"A lens of your own beside `evidence`, on these relationships ({MOST_SWEPT} of them at the most); none where nothing is told of"
        f" the project. Refused where the project is asked through chosen lenses, and after {MOST} different ones a day.",
        try_lens_in,
    )
    analyses: Analyses = field("What is worked out from all of them together.", analyses)


def research(info: Info) -> Research:
    info.context.scope.need("research")
    return Research()
