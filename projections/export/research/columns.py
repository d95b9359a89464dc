"""The tables of a release: what each column means, in English and in Dutch, for the schemas that go along and for the codebook.

A sequence is how one relationship was read through one lens for one holder. Its id names all three. TraMineR's names are kept where it has
one for a form: SPELL, STS (one column for each point), SPS (states with how long) and TSE (events with their time).
"""

from typing import Literal

from msgspec import Struct

from projections.research.sequences import ALPHABET

Kind = Literal["string", "integer", "number"]
ENDINGS = ("ENDED", "RUNNING", "PERIOD_OVER")
KINDS = ("BOTH", "NEITHER", "ALTERNATING", "UNSURE", "LEFT_OPEN", "DIFFERING")


class Column(Struct, frozen=True):
    """`words`: all values there are, where they are few. `missing`: it may be empty."""

    name: str
    kind: Kind
    english: str
    dutch: str
    words: tuple[str, ...] = ()
    missing: bool = False


class Sheet(Struct, frozen=True):
    """A table. `key`: the columns that name a row; `of`: of another table's row, by which columns there and here."""

    name: str
    english: str
    dutch: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    of: tuple[str, str, str] | None = None


_RELATIONSHIP = Column("relationship", "string", "The relationship, under its pseudonym.", "De relatie, onder haar schuilnaam.")
_ID = Column("id", "string", "The sequence; see the table sequences.", "De reeks; zie de tabel sequences.")
_WEEK = Column("week", "integer", "Weeks since the start of the relationship.", "Weken sinds het begin van de relatie.")
_CENSORING = Column(
    "censoring",
    "string",
    "Why there is no more: it ended, it goes on, or the period of the project was over.",
    "Waarom er niet meer is: ze eindigde, ze gaat door, of de periode van het project was voorbij.",
    ENDINGS,
)
_STATE = Column(
    "state",
    "string",
    "How it stood. UNOBSERVED: nothing is known, which is no ambiguity and no end.",
    "Hoe het stond. UNOBSERVED: er is niets bekend, wat geen ambiguïteit is en geen einde.",
    ALPHABET,
)


def _share(name: str, english: str, dutch: str) -> Column:
    return Column(name, "number", english, dutch, missing=True)


RELATIONSHIPS = Sheet(
    "relationships",
    "The relationships, one a row.",
    "De relaties, een per rij.",
    (
        _RELATIONSHIP,
        Column(
            "initiative",
            "string",
            "The initiative it arose in, under its pseudonym.",
            "Het initiatief waarin ze ontstond, onder zijn schuilnaam.",
        ),
        Column("kind", "string", "What kind of initiative that is.", "Wat voor initiatief dat is."),
        Column("guidance", "string", "How much it is guided.", "Hoeveel begeleiding er is."),
        Column("contact", "string", "How contacts are meant to be there.", "Hoe contacten daar bedoeld zijn."),
        Column("origin", "string", "How it began: matched, or of itself.", "Hoe ze begon: gekoppeld, of vanzelf.", ("MATCHED", "EMERGED")),
        Column("weeks", "integer", "For how many weeks it was observed.", "Hoeveel weken ze gevolgd is."),
        _CENSORING,
    ),
    ("relationship",),
)
MEMBERS = Sheet(
    "members",
    "Who was in them, former members too.",
    "Wie erin waren, ook wie vertrok.",
    (
        _RELATIONSHIP,
        Column("member", "string", "What they are called in this relationship.", "Hoe ze in deze relatie heten."),
        Column(
            "person",
            "string",
            "What they are called in all relationships of the project.",
            "Hoe ze in alle relaties van het project heten.",
        ),
        Column(
            "side",
            "string",
            "On which side of help they stand.",
            "Aan welke kant van de hulp ze staan.",
            ("GIVES", "RECEIVES", "BOTH", "NONE"),
        ),
        Column("joined", "integer", "The week in which they joined.", "De week waarin ze erbij kwamen."),
        Column(
            "left",
            "integer",
            "The week in which they left; empty where they did not.",
            "De week waarin ze vertrokken; leeg waar dat niet zo is.",
            missing=True,
        ),
    ),
    ("relationship", "member"),
    ("relationship", "relationships", "relationship"),
)
SEQUENCES = Sheet(
    "sequences",
    "How a relationship was read through a lens for a holder, one a row.",
    "Hoe een relatie door een lens werd gelezen voor een houder, een per rij.",
    (
        _ID,
        _RELATIONSHIP,
        Column("lens", "string", "The lens with its version.", "De lens met haar versie."),
        Column(
            "holder",
            "string",
            "Whose reading: pooled, coordinator, group, observer, or a member's pseudonym.",
            "Wiens lezing: pooled (samen), coordinator, group, observer, of de schuilnaam van een lid.",
        ),
        Column("points", "integer", "How many readings there are.", "Hoeveel lezingen er zijn."),
        _CENSORING,
    ),
    ("id",),
    ("relationship", "relationships", "relationship"),
)
SPELL = Sheet(
    "spell",
    "SPELL: how long a sequence stood somewhere without a break.",
    "SPELL: hoelang een reeks zonder onderbreking ergens stond.",
    (
        _ID,
        _STATE,
        Column("begin", "integer", "The first week of it.", "De eerste week ervan."),
        Column("end", "integer", "The last week that was read so, itself included.", "De laatste week die zo gelezen is, die meegeteld."),
        Column(
            "censoring",
            "string",
            "Why it is the last; empty where another follows.",
            "Waarom het de laatste is; leeg waar er nog een volgt.",
            ENDINGS,
            missing=True,
        ),
    ),
    ("id", "begin"),
    ("id", "sequences", "id"),
)
SPS = Sheet(
    "sps",
    "SPS: states with the number of points they lasted.",
    "SPS: toestanden met het aantal punten dat ze duurden.",
    (_ID, Column("sps", "string", "As (HELP,12)-(AMBIGUITY,4).", "Zoals (HELP,12)-(AMBIGUITY,4).")),
    ("id",),
    ("id", "sequences", "id"),
)
TSE = Sheet(
    "tse",
    "TSE: what was entered when.",
    "TSE: wat wanneer begon.",
    (
        _ID,
        Column("time", "integer", "The first week of it.", "De eerste week ervan."),
        Column("event", "string", "The state entered.", "De toestand die begon.", ALPHABET),
    ),
    ("id", "time"),
    ("id", "sequences", "id"),
)
TRAJECTORIES = Sheet(
    "trajectories",
    "The readings one by one, with how strong each was.",
    "De lezingen een voor een, met hoe sterk ze waren.",
    (
        _ID,
        _WEEK,
        _STATE,
        _share(
            "help",
            "The share of help, 0 to 1; empty where nothing is known and in lenses without shares.",
            "Het aandeel hulp, 0 tot 1; leeg waar niets bekend is en in lenzen zonder aandelen.",
        ),
        _share("friendship", "The share of friendship; empty as for help.", "Het aandeel vriendschap; leeg zoals bij hulp."),
        _share("ambiguity", "The share of ambiguity; empty as for help.", "Het aandeel ambiguïteit; leeg zoals bij hulp."),
        _share(
            "confidence",
            "How much is known, 0 to 1; empty in lenses without weights.",
            "Hoeveel er bekend is, 0 tot 1; leeg in lenzen zonder gewichten.",
        ),
    ),
    ("id", "week"),
    ("id", "sequences", "id"),
)
MOVES = Sheet(
    "moves",
    "The changes of a sequence, each in its week.",
    "De veranderingen van een reeks, elk in zijn week.",
    (
        _ID,
        Column("number", "integer", "Its place among those of the sequence, from 1.", "De hoeveelste van de reeks, vanaf 1."),
        _WEEK,
        Column("was", "string", "How it stood before.", "Hoe het ervoor stond.", ALPHABET),
        Column(
            "was_kind", "string", "In which way it was ambiguous before.", "Op welke manier het ervoor ambigu was.", KINDS, missing=True
        ),
        Column("now", "string", "How it stood from then on.", "Hoe het vanaf dan stond.", ALPHABET),
        Column(
            "now_kind",
            "string",
            "In which way it was ambiguous from then on.",
            "Op welke manier het vanaf dan ambigu was.",
            KINDS,
            missing=True,
        ),
        Column(
            "cause",
            "string",
            "Why: what happened, silence, or a term that ran out.",
            "Waarom: iets gebeurde, stilte, of een termijn die afliep.",
            ("EVENTS", "SILENCE", "LAPSE"),
        ),
    ),
    ("id", "number"),
    ("id", "sequences", "id"),
)


def sts(points: int, step: int) -> Sheet:
    """STS, with a column for each of so many points."""
    weeks = tuple(
        Column(
            f"w{point * step}",
            "string",
            f"The state at the end of week {point * step}; empty after the last reading.",
            f"De toestand aan het eind van week {point * step}; leeg na de laatste lezing.",
            ALPHABET,
            missing=True,
        )
        for point in range(points)
    )
    english, dutch = "STS: a column for each point, a row for each sequence.", "STS: een kolom per punt, een rij per reeks."
    return Sheet("sts", english, dutch, (_ID, *weeks), ("id",), ("id", "sequences", "id"))


def sheets(points: int, step: int) -> tuple[Sheet, ...]:
    """All tables of a release whose longest trajectory has so many points, `step` weeks apart."""
    return (RELATIONSHIPS, MEMBERS, SEQUENCES, SPELL, sts(points, step), SPS, TSE, TRAJECTORIES, MOVES)
