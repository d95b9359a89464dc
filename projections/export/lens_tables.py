"""What trying lenses gave, as tables for a terminal."""

from rich.console import Group, RenderableType
from rich.text import Text

from domain.model.errors import Language
from projections.export.dates import short
from projections.export.tables import headed
from projections.export.timeline import SIGNS
from projections.export.vocabulary import word
from projections.research.sensitivity import Range, Sensitivity
from projections.research.trial import Trial

TRIED = {
    "en": "{lens} beside {beside}, on {relationships} of {among} relationships: {same} read the same all the time, {same_now} do now.",
    "nl": "{lens} naast {beside}, op {relationships} van {among} relaties: {same} lezen steeds hetzelfde, {same_now} nu.",
}
DIFFERING = {
    "en": "Changes of phase that only one of them sees: {differing}, of which {shown} here.",
    "nl": "Wisselingen van fase die maar één van de twee ziet: {differing}, waarvan hier {shown}.",
}
SWEPT = {
    "en": "{lens}, on {relationships} of {among} relationships. All numbers moved at once by chance, by up to {spread:.0%}, {draws} times:"
    " on average {otherwise:.1%} of all weeks read otherwise, at most {most:.1%}.",
    "nl": "{lens}, op {relationships} van {among} relaties. Alle getallen tegelijk willekeurig verschoven, met hoogstens {spread:.0%},"
    " {draws} keer: gemiddeld leest {otherwise:.1%} van alle weken anders, hoogstens {most:.1%}.",
}
ALONE = {
    "en": "Moved alone, up and down, these of its numbers change something; the others nothing:",
    "nl": "Alleen verschoven, omhoog en omlaag, veranderen deze getallen iets; de andere niets:",
}
UNDER = {"relationships": ("relationships at the last", "relaties op het laatst"), "weeks": ("weeks of each", "weken van elk")}


def trial(found: Trial, language: Language) -> RenderableType:
    values = {name: getattr(found, name) for name in found.__struct_fields__}
    crossed = headed(language, found.beside, found.lens, "relationships", "weeks", right=("relationships", "weeks"))
    for row in found.phases:
        crossed.add_row(_phase(row.beside, language), _phase(row.tried, language), str(row.relationships), str(row.weeks))
    moves = headed(language, "at", "relationship", "moved", "only by")
    for move in found.moves:
        moves.add_row(short(move.at), move.relationship, f"{_phase(move.was, language)} → {_phase(move.now, language)}", move.lens)
    told: list[RenderableType] = [Text(TRIED[language].format(**values)), Text(), crossed]
    if found.differing:
        told += [Text(), Text(DIFFERING[language].format(differing=found.differing, shown=len(found.moves))), Text(), moves]
    return Group(*told)


def sensitivity(found: Sensitivity, language: Language) -> RenderableType:
    lens = f"{found.lens}@{found.lens_version}"
    counted = {name: getattr(found, name) for name in ("relationships", "among", "spread", "draws", "otherwise")}
    ranges = headed(language, "what", "own", "least", "most", right=("own", "least", "most"))
    ranges.add_row("bewegingen" if language == "nl" else "moves", *_range(found.moves))
    for name in ("relationships", "weeks"):
        for row in found.phases:
            ranges.add_row(f"{_phase(row.phase, language)}: {UNDER[name][language == 'nl']}", *_range(getattr(row, name)))
    weights = headed(language, "weight", "reads otherwise", "moves", right=("reads otherwise", "moves"))
    for one in found.weights:
        weights.add_row(one.weight, f"{one.otherwise:.2%}", str(one.moves))
    swept = Text(SWEPT[language].format(lens=lens, most=found.otherwise_most, **counted))
    return Group(swept, Text(), ranges, Text(), Text(ALONE[language]), Text(), weights)


def _phase(phase: str, language: Language) -> str:
    return f"{SIGNS[phase]} {word(phase.lower(), language)}"


def _range(found: Range) -> tuple[str, str, str]:
    return f"{found.base:g}", f"{found.least:g}", f"{found.most:g}"
