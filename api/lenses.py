"""Lenses, tried: one that is not published yet beside one that is, and how much what a lens concludes hangs on its numbers."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from api.arguments import ProjectLens, given
from api.context import Info, study
from api.fields import field
from api.scalars import DateTime, Phase
from domain.model.lens import from_yaml
from projections.research import sensitivity, trial
from projections.research.sensitivity import MOST_DRAWS
from projections.views import trials
from projections.views.questions import Questions
from projections.views.research import Research
from projections.views.scope import Scope
from projections.views.trials import MOST, check_trier

SPREAD, DRAWS, SAMPLE, SEED = 0.25, 50, 100, 1
"""Where nothing else is asked."""
Definition = Annotated[str, strawberry.argument(description="The lens, as YAML: what the command line publishes from a file.")]
Beside = Annotated[str | None, strawberry.argument(description="The lens to lay beside it; without it, `evidence`.")]
Sample = Annotated[int | None, strawberry.argument(description=f"On how many relationships at the most, 1 to {MOST}.")]
Seed = Annotated[int | None, strawberry.argument(description="What chance goes by: the same seed has the same answer.")]
Spread = Annotated[float | None, strawberry.argument(description="How far each number is moved, as a share of it: above 0, up to 1.")]
Draws = Annotated[int | None, strawberry.argument(description=f"How often all numbers are moved at once by chance, 1 to {MOST_DRAWS}.")]


@strawberry.type(description="How many relationships stood how, in the eyes of the two lenses.")
class LensCrossing:
    beside: Phase = field("How the lens beside has it.")
    tried: Phase = field("How the lens that is tried has it.")
    relationships: int = field("How many relationships stand so now.")
    weeks: int = field("At the ends of how many weeks one stood so, of all relationships together.")


@strawberry.type(description="A change of phase that only one of two lenses sees at that instant.")
class LensDifference:
    relationship: strawberry.ID = field("The id of the relationship.")
    at: DateTime = field("When it changed.")
    was: Phase = field("How it stood before.")
    now: Phase = field("How it stood from then on.")
    lens: str = field("The lens that sees it, as `name@version`.")


@strawberry.type(description="A lens that is tried on histories beside another. Neither is right, and nothing of it is kept.")
class LensTrial:
    lens: str = field("The lens that is tried, as `name@version`.")
    beside: str = field("The lens beside it, as `name@version`.")
    relationships: int = field("On how many relationships it was tried.")
    among: int = field("How many there are.")
    seed: int = field("The seed they were drawn by.")
    same: int = field("How many read the same all the time.")
    same_now: int = field("How many read the same now.")
    phases: list[LensCrossing] = field("How both have it, the most weeks first.")
    differing: int = field("How many changes of phase only one of them sees.")
    moves: list[LensDifference] = field(f"The first {trial.SHOWN} of these, in order of time.")


@strawberry.type(description="How many relationships of a project stand so, in the eyes of a lens that is tried.")
class ResearchLensStanding:
    phase: Phase = field("How they stand.")
    relationships: int = field("How many do at the last.")


@strawberry.type(
    description="A lens that is tried on the relationships of a project. Nothing of it is kept, and nothing is told of a single"
    " relationship: a lens may weigh one kind of event alone."
)
class ResearchLensTrial:
    lens: str = field("The lens that is tried, as `name@version`.")
    beside: str = field("The lens beside it, as `name@version`: always `evidence`. Neither is right.")
    relationships: int = field("On how many relationships it was tried.")
    among: int = field("How many there are.")
    same: int | None = field("How many read the same all the time; none where these, or the others, are in any phase of too few people.")
    phases: list[ResearchLensStanding] = field(
        "How the lens that is tried has it; without what is of too few people, and what would give that away."
    )


@strawberry.type(description="A number as the lens has it, and between what it moved.")
class LensRange:
    base: float = field("With the lens's own numbers.")
    least: float = field("The least it came to.")
    most: float = field("The most it came to.")


@strawberry.type(description="How often relationships stood so, with the numbers moved.")
class LensPhaseRange:
    phase: Phase = field("How they stood.")
    relationships: LensRange = field("How many stood so at the last.")
    weeks: LensRange = field("At how many weeks' ends one stood so, on average.")


@strawberry.type(description="What a weight changes, or another number of the lens, that is moved alone, up and down.")
class LensWeightMoved:
    weight: str = field("Its name in the lens; that of a code begins with `codes.`.")
    otherwise: float = field("The share of all weeks that reads otherwise, 0 to 1, where it is largest.")
    moves: int = field("How many moves there are, where that is furthest from the lens's own.")


@strawberry.type(description="How much what a lens concludes hangs on its numbers. The same question has the same answer.")
class LensSensitivity:
    lens: str = field("The name of the lens.")
    lens_version: str = field("Its version.")
    spread: float = field("How far they were moved, as a share of each.")
    draws: int = field("How often all of them were, at once, by chance.")
    seed: int = field("The seed of that.")
    relationships: int = field("On how many relationships it was tried.")
    among: int = field("How many relationships there are.")
    otherwise: float = field("The share of all weeks that reads otherwise, 0 to 1, on average over the draws.")
    otherwise_most: float = field("The same in the draw that differs most.")
    moves: LensRange = field("How many moves there are.")
    phases: list[LensPhaseRange] = field("How relationships stood.")
    weights: list[LensWeightMoved] = field("The weights and other numbers that change something, those that change most first.")


@strawberry.type(description="A lens there is, by which readings may be asked for.")
class ResearchLens:
    name: str = field("Its name; `name@version`, given as `lens`, asks for this version of it, for ever.")
    version: str = field("Its version; a version is never changed.")
    description: str = field("What it goes by.")


async def try_lens(info: Info, definition: Definition, beside: Beside = UNSET, sample: Sample = SAMPLE, seed: Seed = SEED) -> trial.Trial:
    # Before anything of the text is read, which is work for a thread.
    check_trier(info.context.scope)
    size, by = SAMPLE if sample is None else sample, SEED if seed is None else seed
    return await study(_tried, info.context.questions, definition, given(beside), size, by)


def _tried(questions: Questions, definition: str, beside: str | None, sample: int, seed: int) -> trial.Trial:
    lens = from_yaml(definition.encode())
    with questions.snapshot() as snapshot:
        return trials.trial(snapshot, lens, beside, sample, seed)


async def sensitivity_in(
    info: Info, lens: ProjectLens = UNSET, spread: Spread = SPREAD, draws: Draws = DRAWS, seed: Seed = SEED
) -> sensitivity.Sensitivity | None:
    far, often, by = SPREAD if spread is None else spread, DRAWS if draws is None else draws, SEED if seed is None else seed
    return await study(info.context.organisation.research.sensitivity, info.context.scope, given(lens), far, often, by)


async def try_lens_in(info: Info, definition: Definition) -> trial.ProjectTrial | None:
    return await study(_tried_in, info.context.organisation.research, info.context.scope, definition)


def _tried_in(research: Research, scope: Scope, definition: str) -> trial.ProjectTrial | None:
    return research.trial(scope, from_yaml(definition.encode()))
