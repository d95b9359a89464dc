"""Analyses as tables with a title and a sentence in plain words, in both languages, for a terminal; plots have the same titles."""

from collections.abc import Sequence

from msgspec import Struct
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from domain.model.errors import Language
from projections.export.vocabulary import word
from projections.views import analysed as a
from projections.views.pseudonymous import FEWER_THAN_GROUPS, TOO_FEW

Words = tuple[str, str]
TITLES: dict[type[a.Analysis], Words] = {
    a.States: ("How relationships stood, week by week", "Hoe relaties stonden, week na week"),
    a.Following: ("What follows on what", "Wat op wat volgt"),
    a.Indicated: ("How much happened", "Hoeveel er gebeurde"),
    a.Typical: ("Relationships that went alike", "Relaties die op elkaar leken"),
    a.Awaited: ("How long it takes until {until}", "Hoelang het duurt tot {until}"),
    a.Around: ("Around the first time: {event}", "Rond de eerste keer: {event}"),
    a.Compared: ("Two readings beside each other", "Twee lezingen naast elkaar"),
}
SAYS: dict[type[a.Analysis], Words] = {
    a.States: (
        "Of those that were followed in a week, how many stood in which phase. Entropy: 0 is all alike, 1 as many in each.",
        "Van wie in een week gevolgd werd, hoeveel in welke fase stonden. Entropie: 0 is allemaal gelijk, 1 is in elke evenveel.",
    ),
    a.Following: (
        "A row is how a point stood, a column what part of the next ones stood so. No place is better than another.",
        "Een rij is hoe een punt stond, een kolom welk deel van de volgende zo stond. Geen plaats is beter dan een andere.",
    ),
    a.Indicated: (
        "Entropy: how evenly the time is spread. Turbulence: in how many ways, and how unevenly. Complexity: how much changed, of what"
        " could. More"
        " is not better; turbulence grows with how long one was followed.",
        "Entropie: hoe gelijk de tijd verdeeld is. Turbulentie: op hoeveel manieren, en hoe ongelijk. Complexiteit: hoeveel er"
        " veranderde, van wat"
        " kon. Meer is niet beter; turbulentie groeit met hoelang er gevolgd is.",
    ),
    a.Typical: (
        "Of each group the relationship in its middle, which somebody really had. A silhouette near 0: the groups could as well be drawn"
        " otherwise."
        " Who was followed for too short is left out; who had ended stays ended.",
        "Van elke groep de relatie in het midden, die iemand echt had. Een silhouet bij 0: de groepen hadden even goed anders kunnen"
        " zijn. Wie te kort"
        " gevolgd is, doet niet mee; wat beëindigd was, blijft dat.",
    ),
    a.Awaited: (
        "What part has not come to it yet, of those that did not begin so. Who was followed no further counts until then, and so does"
        " who ended: it is how it would go if nothing ended.",
        "Welk deel er nog niet toe gekomen is, van wie niet zo begon. Wie niet verder gevolgd is telt tot dan, en wat eindigde ook: zo"
        " zou het gaan als niets eindigde.",
    ),
    a.Around: (
        "How they stood in the weeks before and after, of those followed in all of them."
        " What follows on something was not for that reason brought about by it.",
        "Hoe ze stonden in de weken ervoor en erna, van wie in al die weken gevolgd is. Wat op iets volgt, komt daar niet daarom door.",
    ),
    a.Compared: (
        "A row is how the one reading was, a column how the other was at the same points. Neither is right because the other differs.",
        "Een rij is hoe de ene lezing was, een kolom hoe de andere op dezelfde punten was. Geen van beide heeft gelijk omdat de andere"
        " verschilt.",
    ),
}
UNTIL_ENDED: Words = (
    "What part has not ended yet. Who was followed no further counts until then.",
    "Welk deel nog niet geëindigd is. Wie niet verder gevolgd is, telt tot dan.",
)
"""What is said of a time to the end, which nothing else can end before."""
UNTIL: dict[str, Words] = {
    "ENDED": ("the end", "het einde"),
    "UNOBSERVED": ("nothing is observed", "niets wordt waargenomen"),
}
"""How a phase is called that something takes time to come to, where it is not by its name."""
EVENTS: dict[str, Words] = {
    "roles_reversed": ("roles were reversed", "rollen keerden om"),
    "boundary_agreed": ("something was agreed", "er werd iets afgesproken"),
    "term_left_open": ("a term was left open", "een termijn bleef open"),
}
WITHHELD: dict[str, Words] = {
    TOO_FEW: ("Nothing is told of it: it is of too few people.", "Er wordt niets van verteld: het gaat om te weinig mensen."),
    FEWER_THAN_GROUPS: (
        "Nothing is told of it: fewer relationships can be compared over so many weeks than there would be groups. Ask for fewer groups.",
        "Er wordt niets van verteld: er zijn minder relaties over zoveel weken te vergelijken dan er groepen zouden zijn. Vraag minder"
        " groepen.",
    ),
}
NOTHING = (None,) * 5
MOST = 26
"""Weeks that a terminal shows; there may be hundreds."""
EVERY: Words = (
    "Of every {every} rows the first stands here; --json gives all of them.",
    "Van elke {every} rijen staat hier de eerste; --json geeft ze alle.",
)
UNCHANGED: Words = (
    "Weeks in which nobody came to it and nobody was followed no further are left out here; --json gives all of them.",
    "Weken waarin niemand ertoe kwam en iedereen verder gevolgd werd, zijn hier weggelaten; --json geeft ze alle.",
)
TIMES: Words = (
    "How long one relationship was in each phase: the mean of all, as far as each was followed.",
    "Hoelang één relatie in elke fase was: het gemiddelde van alle, zover elke gevolgd is.",
)
COARSE: Words = (
    "Each point counts as {step} weeks, however long it stayed so: with --step 1 weeks are counted themselves.",
    "Elk punt telt als {step} weken, hoelang het ook zo bleef: met --step 1 worden de weken zelf geteld.",
)
HELD: Words = ("held back", "achtergehouden")
HELD_BECAUSE: Words = (
    "What is held back is of too few people, or would give away something that is.",
    "Wat achtergehouden is, gaat om te weinig mensen, of zou iets verraden dat om te weinig mensen gaat.",
)
HEADS: dict[str, str] = {
    "week": "week", "of": "van", "entropy": "entropie", "was": "was", "relationship": "relatie", "weeks": "weken",
    "transitions": "wisselingen",
    "turbulence": "turbulentie", "complexity": "complexiteit", "group": "groep", "relationships": "relaties", "share": "deel",
    "silhouette": "silhouet", "typical": "typisch", "at risk": "wachtten", "came": "kwamen", "censored": "niet verder gevolgd",
    "waiting": "wacht nog", "error": "standaardfout", "one": "de ene", "phase": "fase", "mean": "gemiddeld",
    "mean weeks": "weken, gemiddeld",
}  # fmt: skip


class Sheet(Struct, frozen=True):
    """`notes`: what is to be known to read it, below it."""

    columns: list[str]
    rows: list[list[str]]
    notes: list[str]


def title(found: a.Analysis, language: Language) -> str:
    spoken = TITLES[type(found)][language == "nl"]
    if isinstance(found, a.Awaited):
        return spoken.format(until=UNTIL[found.phase][language == "nl"] if found.phase in UNTIL else word(found.phase, language))
    return spoken.format(event=EVENTS[found.event][language == "nl"]) if isinstance(found, a.Around) else spoken


def says(found: a.Analysis, language: Language) -> str:
    ends = isinstance(found, a.Awaited) and found.phase == "ENDED"
    return (WITHHELD[found.withheld] if found.withheld else UNTIL_ENDED if ends else SAYS[type(found)])[language == "nl"]


def held_back(found: a.Analysis, language: Language) -> list[str]:
    """Why some of its rows are held back, where they are."""
    match found:
        case a.Following() | a.Around() | a.Compared():
            held = any(row.withheld for row in found.rows)
        case a.Typical():
            held = any(group.withheld for group in found.groups)
        case _:
            held = False
    return [HELD_BECAUSE[language == "nl"]] if held else []


def shown(found: a.Analysis, project: str, language: Language) -> RenderableType:
    parts: list[RenderableType] = [Text(title(found, language), "bold"), Text(says(found, language), "italic")]
    parts.append(Text(about(found, project, language)))
    if not found.withheld:
        for sheet in _sheets(found, language):
            parts += [_table(sheet), *(Text(note) for note in sheet.notes)] if sheet.rows else []
        parts += [Text(why) for why in held_back(found, language)]
    return Group(*(part for each in parts for part in (each, Text())))


def reading(found: a.Analysis, language: Language) -> str:
    """By which lens, and whose."""
    return _read_by(found.lens, found.lens_version, found.holder, language)


def other_reading(found: a.Compared, language: Language) -> str:
    return _read_by(found.other_lens, found.other_lens_version, found.other_holder, language)


def _read_by(lens: str, version: str, holder: str | None, language: Language) -> str:
    return f"{lens}@{version}, {holder or ('samen' if language == 'nl' else 'pooled')}"


def about(found: a.Analysis, project: str, language: Language) -> str:
    """Of which project it is, how it was read, and, where it tells something, of how many."""
    dutch = language == "nl"
    said = [f"project {project}", reading(found, language)]
    if isinstance(found, a.Compared):
        said.append(f"{'naast' if dutch else 'beside'} {other_reading(found, language)}")
    if found.withheld:
        return " · ".join(said)
    said.append(
        f"{found.relationships} {'relaties van' if dutch else 'relationships of'} {found.persons} {'mensen' if dutch else 'people'}"
    )
    match found:
        case a.Typical():
            said.append(
                f"{'silhouet' if dutch else 'silhouette'} {found.silhouette}; {'te kort gevolgd' if dutch else 'left out'} {found.left_out}"
            )
        case a.Awaited():
            said.append(f"{'mediaan' if dutch else 'median'}: {'–' if found.median is None else f'week {found.median}'}")
        case a.Compared():
            said.append(f"{'gelijk' if dutch else 'agree'} {found.share}; κ {found.kappa}")
    return " · ".join(said)


def _sheets(found: a.Analysis, language: Language) -> list[Sheet]:
    phases = [word(phase, language) for phase in found.phases]
    held = HELD[language == "nl"]
    coarse = [COARSE] if found.step_weeks > 1 else []

    def sheet(*names: str, rows: Sequence[Sequence[object]], notes: Sequence[Words] = (), **of: int) -> Sheet:
        called = [HEADS[name] if language == "nl" and name in HEADS else name for name in names]
        said = [note[language == "nl"].format(step=found.step_weeks, **of) for note in notes]
        return Sheet(called, [_cells(row, held) for row in rows], said)

    match found:
        case a.States():
            times = [(word(one.phase, language), one.weeks) for one in found.times]
            weeks = [(one.week, one.of, *one.counts, one.entropy) for one in found.rows]
            every = -(-len(weeks) // MOST) or 1
            return [
                sheet("week", "of", *phases, "entropy", rows=weeks[::every], notes=[EVERY] if every > 1 else [], every=every),
                sheet("phase", "mean weeks", rows=times, notes=[TIMES, *coarse]),
            ]
        case a.Following():
            rates = [(word(one.was, language), one.of, *(one.rates or NOTHING)) for one in found.rows]
            return [sheet("was", "of", *phases, rows=rates)]
        case a.Indicated():
            names = ("weeks", "transitions", "entropy", "turbulence", "complexity")
            own = [(one.relationship, *(getattr(one, name) for name in names)) for one in found.each]
            means = [(HEADS["mean"] if language == "nl" else "mean", *(getattr(found.means, name) for name in names))]
            return [sheet("relationship", *names, rows=[*own, *means], notes=coarse)]
        case a.Typical():
            groups = [
                (
                    place,
                    one.relationships,
                    one.share,
                    one.silhouette,
                    one.medoid,
                    None if one.course is None else _spells(one.course, language),
                )
                for place, one in enumerate(found.groups, 1)
            ]
            return [sheet("group", "relationships", "share", "silhouette", "relationship", "typical", rows=groups)]
        case a.Awaited():
            ends = {0, len(found.rows) - 1}
            kept = [one for place, one in enumerate(found.rows) if place in ends or one.came or one.censored]
            waits = [(one.week, one.at_risk, one.came, one.censored, one.waiting, one.error) for one in kept]
            notes = [UNCHANGED] if len(kept) < len(found.rows) else []
            return [sheet("week", "at risk", "came", "censored", "waiting", "error", rows=waits, notes=notes)]
        case a.Around():
            return [sheet("week", "of", *phases, rows=[(one.week, one.of, *(one.counts or NOTHING)) for one in found.rows])]
        case a.Compared():
            return [sheet("one", "of", *phases, rows=[(word(one.phase, language), one.of, *(one.counts or NOTHING)) for one in found.rows])]
    raise TypeError(type(found))


def _cells(row: Sequence[object], held: str) -> list[str]:
    """Of a row that is held back the first number says so."""
    first = next((place for place, one in enumerate(row) if one is None), None)
    return [held if place == first else "–" if one is None else _cell(one) for place, one in enumerate(row)]


def _cell(one: object) -> str:
    return f"{one:.4f}" if isinstance(one, float) else str(one)


def _spells(course: Sequence[str], language: Language) -> str:
    """`help 6, ambiguity 14`."""
    found: list[tuple[str, int]] = []
    for phase in course:
        if found and found[-1][0] == phase:
            found[-1] = (phase, found[-1][1] + 1)
        else:
            found.append((phase, 1))
    return ", ".join(f"{word(phase, language)} {count}" for phase, count in found)


def _table(sheet: Sheet) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False)
    for place, name in enumerate(sheet.columns):
        table.add_column(name, justify="left" if place == 0 else "right", overflow="fold")
    for row in sheet.rows:
        table.add_row(*row)
    return table
