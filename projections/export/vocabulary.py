"""The words of the catalogue as people read them, in English and in Dutch.

In English a word of a closed list reads as it is written, with spaces. The initiative's own words (roles, activities, settings)
are never translated; the roles that everybody has are.
"""

from collections.abc import Callable, Sequence

from domain.model.errors import Language

WHO: dict[str, tuple[str, str]] = {
    "coordinator": ("the coordinator", "de coördinator"),
    "group": ("the group", "de groep"),
    "observer": ("the observer", "de waarnemer"),
    "family": ("family", "familie"),
    "all": ("all", "allen"),
    "nobody": ("nobody", "niemand"),
}
PLACES: dict[str, tuple[str, str]] = {
    "home": ("at the home of {handle}", "thuis bij {handle}"),
    "public": ("a public place", "een openbare plek"),
    "centre": ("a centre", "een centrum"),
    "outdoors": ("outdoors", "buiten"),
    "phone": ("by phone", "telefonisch"),
    "online": ("online", "online"),
    "message": ("by message", "per bericht"),
    "other": ("elsewhere", "elders"),
}
ASKS: dict[str, tuple[str, str]] = {
    "AGREEMENT_REVIEW": ("an agreement is to be looked at again", "een afspraak is toe aan een nieuwe blik"),
    "CHECK_IN_DUE": ("a check-in is due", "het is tijd voor een voortgangsgesprek"),
    "LONG_SILENCE": ("they have not met for long", "ze hebben elkaar lang niet ontmoet"),
    "TENSION_STANDS": ("a tension stands", "er staat een spanning"),
    "TERM_ENDS_SOON": ("the term ends soon", "de termijn loopt bijna af"),
    "TERM_LAPSED": ("the term lapsed", "de termijn is verlopen"),
}
"""What asks for a look."""
DUTCH: dict[str, str] = {
    # phases, kinds of ambiguity, bases
    "help": "hulp",
    "friendship": "vriendschap",
    "ambiguity": "ambiguïteit",
    "ended": "beëindigd",
    "unobserved": "niet waargenomen",
    "both": "allebei",
    "neither": "geen van beide",
    "alternating": "wisselend",
    "unsure": "niet zeker",
    "left_open": "opengelaten",
    "differing": "verschillend",
    "formal": "formeel",
    "conduct": "gedrag",
    "voiced": "verwoord",
    "openness": "openheid",
    "erased": "gewist",
    "matched": "gekoppeld",
    "emerged": "ontstaan",
    # who asked, and about whom
    "self": "zichzelf",
    "other": "anders",
    "family": "familie",
    "professional": "een professional",
    "unsaid": "niet gezegd",
    # terms, endings, agreements
    "fixed": "vast",
    "one_off": "eenmalig",
    "indefinite": "onbepaald",
    "as_volunteering": "verder als vrijwilligerswerk",
    "as_private_contact": "verder als privécontact",
    "winding_down": "afbouwen",
    "stopped": "gestopt",
    "not_asked": "niet gevraagd",
    "mutual": "samen besloten",
    "one_sided": "eenzijdig",
    "drifted": "verwaterd",
    "role_formalised": "rol vastgelegd",
    "condition_set": "voorwaarde gesteld",
    "expectation_agreed": "verwachting afgesproken",
    "frequency_agreed": "frequentie afgesproken",
    "tasks_limited": "taken begrensd",
    "setting_agreed": "setting afgesproken",
    "naming_agreed": "benaming afgesproken",
    "situation": "situatie",
    "prevention": "preventie",
    "request": "verzoek",
    # meetings and help
    "light": "licht",
    "serious": "serieus",
    "mixed": "gemengd",
    "strained": "stroef",
    "early": "op tijd",
    "late": "laat",
    "none": "geen",
    "practical": "praktisch",
    "emotional": "emotioneel",
    "transport": "vervoer",
    "company": "gezelschap",
    "guidance": "begeleiding",
    "laughter": "gelach",
    "confidence": "vertrouwen",
    "gesture": "een gebaar",
    "talk": "een gesprek",
    "silence": "stilte",
    "temporary": "tijdelijk",
    "lasting": "blijvend",
    # views
    "nature": "de aard",
    "roles": "de rollen",
    "continuation": "het vervolg",
    "joining_in": "het meedoen",
    "needs": "de behoeften",
    "background": "de achtergrond",
    "need": "de behoefte",
    "contact": "het contact",
    "read_aloud": "voorgelezen",
    "overasked": "overvraagd",
    "unclear_expectations": "onduidelijke verwachtingen",
    "unreliable": "onbetrouwbaar",
    "irritation": "ergernis",
    "excluded": "buitengesloten",
    "strain": "belasting",
    "agreement": "een afspraak",
    "time": "de tijd",
    "ending": "het einde",
    # guidance
    "experience": "de ervaring",
    "status": "de stand",
    "response": "reactie",
    "alternative_offered": "alternatief geboden",
}

TAKEN: dict[str, str] = {
    "volunteer": "vrijwilliger",
    "host": "gastheer of gastvrouw",
    "driver": "chauffeur",
    "coach": "coach",
    "help_seeker": "hulpvrager",
    "participant": "deelnemer",
    "member": "lid",
    "bonus_grandparent": "bonusopa of -oma",
    "bonus_family": "bonusgezin",
}
"""The Dutch of the roles in a contact that stand to be chosen everywhere."""
ROLES: dict[str, tuple[str, str]] = {
    "coordinator": ("coordinator", "coördinator"),
    "auditor": ("auditor", "auditor"),
    "researcher": ("researcher", "onderzoeker"),
    "dashboard": ("dashboard", "dashboard"),
    "administrator": ("administrator", "beheerder"),
    "participant": ("participant", "deelnemer"),
    "operator": ("operator", "technisch beheerder"),
    "following": ("following", "volger"),
    "nobody": ("nobody", "niemand"),
    "unknown": ("unknown", "onbekend"),
}
"""In which somebody looks; the last three where nobody said who they are."""


def word(value: str, language: Language) -> str:
    """A word of a closed list, also one in upper case as the public schema has it."""
    known = value.lower()
    if language == "nl":
        return DUTCH.get(known, known.replace("_", " "))
    return "not observed" if known == "unobserved" else known.replace("_", " ")


def role(taken: str, language: Language) -> str:
    """A role in a contact."""
    return TAKEN[taken] if language == "nl" and taken in TAKEN else plain(taken).replace("_", " ")


def who(handle: str, language: Language, named: Callable[[str], str] | None = None) -> str:
    """A member by handle, or as `named` calls them, or one of the words that stand for others."""
    if handle.startswith("role/"):
        return f"{'wie' if language == 'nl' else 'whoever is'} {role(handle[5:], language)}{' is' if language == 'nl' else ''}"
    return WHO[handle][language == "nl"] if handle in WHO else (named or plain)(handle)


def where(place: str, language: Language, named: Callable[[str], str] | None = None) -> str:
    kind, _, handle = place.partition(":")
    return PLACES[kind][language == "nl"].format(handle=(named or plain)(handle))


def joined(parts: Sequence[str], language: Language) -> str:
    """`a, b and c`."""
    *most, last = parts or [""]
    return f"{', '.join(most)} {'en' if language == 'nl' else 'and'} {last}" if most else last


def plain(text: str) -> str:
    """A text that somebody wrote, without the signs that would steer a terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
