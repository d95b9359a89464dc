"""What trying lenses gave, as tables for a terminal."""

from rich.console import Group, RenderableType
from rich.text import Text

from domain.model.errors import Language
from projections.export.dates import short
from projections.export.tables import columned
from projections.export.timeline import SIGNS
from projections.export.vocabulary import word
from projections.research.sensitivity import Range, Sensitivity
from projections.research.trial import Trial

TRIED = {
    "en": "{lens} beside {beside}, on {relationships} of {among} relationships: {same} read the same all the time, {same_now} do now.",
    "nl": "{lens} naast {beside}, op {relationships} van {among} relaties: {same} lezen steeds hetzelfde, {same_now} nu.",
}
CROSSED = {
    "en": "A row is a pair of phases, how the one lens reads and how the other: so many relationships stand so now, and so many weeks of"
    " all together did.",
    "nl": "Een rij is een paar fasen, hoe de ene lens leest en hoe de andere: zoveel relaties staan nu zo, en zoveel weken van alle samen.",
}
DIFFERING = {
    "en": "Changes of phase that only one of the two sees on that day, though the other may see them on another: {differing}, of which"
    " {shown} here.",
    "nl": "Wisselingen van fase die maar één van de twee op die dag ziet, al kan de andere ze op een andere zien: {differing}, waarvan hier"
    " {shown}.",
}
SWEPT = {
    "en": "{lens}, on {relationships} of {among} relationships. All numbers moved at once by chance, by up to {spread:.0%}, {draws} times:"
    " on average {otherwise:.1%} of all weeks read otherwise, at most {most:.1%}.",
    "nl": "{lens}, op {relationships} van {among} relaties. Alle getallen tegelijk willekeurig verschoven, met hoogstens {spread:.0%},"
    " {draws} keer: gemiddeld leest {otherwise:.1%} van alle weken anders, hoogstens {most:.1%}.",
}
RANGES = {
    "en": "What the lens concludes with its own numbers, and the least and the most that it came to in these {draws} times:",
    "nl": "Wat de lens met de eigen getallen concludeert, en het minste en het meeste dat het in deze {draws} keer werd:",
}
ALONE = {
    "en": "Moved alone by {spread:.0%}, up and down: what share of all weeks reads otherwise at the most, and the number of moves that is"
    " furthest from the lens's own. Numbers of the lens that change nothing are left out.",
    "nl": "Alleen verschoven met {spread:.0%}, omhoog en omlaag: welk deel van alle weken hoogstens anders leest, en het aantal bewegingen"
    " dat het verst van dat van de lens zelf ligt. Getallen van de lens die niets veranderen staan er niet bij.",
}
COUNTED = {
    "moves": ("moves, of all together", "bewegingen, van alle samen"),
    "relationships": ("relationships at the last", "relaties op het laatst"),
    "weeks": ("weeks of one, on average", "weken van een, gemiddeld"),
}
HEADS: dict[str, dict[Language, tuple[str, ...]]] = {
    "crossed": {
        "en": ("by {beside}", "by {lens}", "relationships now", "weeks"),
        "nl": ("volgens {beside}", "volgens {lens}", "relaties nu", "weken"),
    },
    "moves": {"en": ("day", "relationship", "changes", "only by"), "nl": ("dag", "relatie", "wisselt", "alleen volgens")},
    "ranges": {"en": ("counted", "own numbers", "least", "most"), "nl": ("geteld", "eigen getallen", "minst", "meest")},
    "weights": {"en": ("number", "weeks otherwise", "moves"), "nl": ("getal", "weken anders", "bewegingen")},
}


def trial(found: Trial, language: Language) -> RenderableType:
    values = {name: getattr(found, name) for name in found.__struct_fields__}
    called = [name.format(**values) for name in HEADS["crossed"][language]]
    crossed = columned(called, called[2:])
    for row in found.phases:
        crossed.add_row(_phase(row.beside, language), _phase(row.tried, language), str(row.relationships), str(row.weeks))
    moves = columned(HEADS["moves"][language])
    for move in found.moves:
        moves.add_row(short(move.at), move.relationship, f"{_phase(move.was, language)} → {_phase(move.now, language)}", move.lens)
    told: list[RenderableType] = [Text(TRIED[language].format(**values)), Text(), Text(CROSSED[language]), Text(), crossed]
    if found.differing:
        told += [Text(), Text(DIFFERING[language].format(differing=found.differing, shown=len(found.moves))), Text(), moves]
    return Group(*told)


def sensitivity(found: Sensitivity, language: Language) -> RenderableType:
    lens, dutch = f"{found.lens}@{found.lens_version}", language == "nl"
    counted = {name: getattr(found, name) for name in ("relationships", "among", "spread", "draws", "otherwise")}
    ranges = columned(HEADS["ranges"][language], HEADS["ranges"][language][1:])
    ranges.add_row(COUNTED["moves"][dutch], *_range(found.moves))
    for name in ("relationships", "weeks"):
        for row in found.phases:
            ranges.add_row(f"{_phase(row.phase, language)}: {COUNTED[name][dutch]}", *_range(getattr(row, name)))
    weights = columned(HEADS["weights"][language], HEADS["weights"][language][1:])
    for one in found.weights:
        weights.add_row(one.weight, f"{one.otherwise:.2%}", str(one.moves))
    swept, ranged, alone = (Text(said[language].format(lens=lens, most=found.otherwise_most, **counted)) for said in (SWEPT, RANGES, ALONE))
    return Group(swept, Text(), ranged, Text(), ranges, Text(), alone, Text(), weights)


def _phase(phase: str, language: Language) -> str:
    return f"{SIGNS[phase]} {word(phase.lower(), language)}"


def _range(found: Range) -> tuple[str, str, str]:
    return f"{found.base:g}", f"{found.least:g}", f"{found.most:g}"
