"""The codebook: what stands in which file and column, and how to read it, for people. In English and in Dutch, as Markdown."""

from collections.abc import Iterator, Sequence

from projections.export.research.about import About
from projections.export.research.calendar import DUTCH, ENGLISH
from projections.export.research.columns import Sheet

HEADS = {"english": ("column", "type", "meaning", "values"), "dutch": ("kolom", "soort", "betekenis", "waarden")}


def codebook(about: About, sheets: Sequence[Sheet]) -> str:
    return "\n".join([*_english(about), *_tables(sheets, "english"), *_dutch(about), *_tables(sheets, "dutch")])


def _english(about: About) -> Iterator[str]:
    made = about.release
    yield f"# Codebook: {made.project}, release {about.version}\n"
    yield f"Purpose: {about.purpose}\n"
    yield f"As it was known on {about.made}, up to position {made.position}, read with {', '.join(made.lenses)} every {made.step} week(s)."
    yield f"{about.revision.relationships} relationships. SHA-256 of `release.jsonl`: `{about.revision.sha256}`."
    yield f"Signed up to there: {f'`{about.checkpoint.split()[1]}` events' if about.checkpoint else 'nothing'}.\n"
    yield "- Weeks count from the start of each relationship, all of one up to three days early or late. Calendar time is not told."
    yield "- A reading is how it stood when its week was over. With steps of several weeks nothing is said of the weeks between."
    yield "- Sequences are of unequal length. `censoring` says why: ENDED (the last state is ENDED), RUNNING, or PERIOD_OVER."
    yield "- UNOBSERVED is a gap: nothing is known. It is no end, and no ambiguity; a sequence may be UNOBSERVED throughout."
    yield "- Who withdrew is not in it, in no row. Pseudonyms hold in this project alone."
    yield "- In CSV a text that begins with = + - @ stands behind an apostrophe."
    yield f"- `moves.ocel.json` (OCEL 2.0) and `moves.xes` (XES) hold the moves. {ENGLISH}"
    yield "- `graphs/` holds people and the contacts between them after so many weeks, each contact counting its own: no moment in time.\n"


def _dutch(about: About) -> Iterator[str]:
    made = about.release
    yield f"# Codeboek: {made.project}, uitgave {about.version}\n"
    yield f"Doel: {about.purpose}\n"
    yield f"Zoals bekend op {about.made}, tot positie {made.position}, gelezen met {', '.join(made.lenses)}, elke {made.step} week/weken."
    yield f"{about.revision.relationships} relaties. SHA-256 van `release.jsonl`: `{about.revision.sha256}`."
    yield f"Getekend tot daar: {f'`{about.checkpoint.split()[1]}` gebeurtenissen' if about.checkpoint else 'niets'}.\n"
    yield "- Weken tellen vanaf het begin van elke relatie, van één relatie allemaal tot drie dagen vroeger of later. Kalendertijd staat er niet in."
    yield "- Een lezing is hoe het stond toen de week voorbij was. Met stappen van meer weken wordt over de weken ertussen niets gezegd."
    yield "- Reeksen zijn niet even lang. `censoring` zegt waarom: ENDED (de laatste toestand is ENDED), RUNNING of PERIOD_OVER."
    yield "- UNOBSERVED is een gat: er is niets bekend. Het is geen einde en geen ambiguïteit; een reeks kan helemaal UNOBSERVED zijn."
    yield "- Wie zich terugtrok staat er niet in, in geen enkele rij. Schuilnamen gelden alleen in dit project."
    yield "- In CSV staat een tekst die begint met = + - @ achter een apostrof."
    yield f"- `moves.ocel.json` (OCEL 2.0) en `moves.xes` (XES) bevatten de veranderingen. {DUTCH}"
    yield "- `graphs/` bevat mensen en de contacten tussen hen na zoveel weken, elk contact met zijn eigen weken: geen moment in de tijd.\n"


def _tables(sheets: Sequence[Sheet], language: str) -> Iterator[str]:
    for sheet in sheets:
        yield f"## {sheet.name}\n\n{getattr(sheet, language)}\n\n| {' | '.join(HEADS[language])} |\n|---|---|---|---|"
        # Of those of STS, which are all alike, the first tells.
        shown = sheet.columns if sheet.name != "sts" else sheet.columns[:2]
        for column in shown:
            yield f"| `{column.name}` | {column.kind} | {getattr(column, language)} | {' '.join(column.words)} |"
        yield ""
