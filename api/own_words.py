"""What the pages of a participant say, in English and in Dutch, in words that need no explaining."""

from domain.model.errors import Language
from domain.store.accesses import ORGANISATION, PARTICIPANT
from projections.export.tables import ACTIONS, LOOKED_AT

TEXTS: dict[str, tuple[str, str]] = {
    "title": ("What is kept of you", "Wat er van u bewaard wordt"),
    "lead": (
        "This is all that the organisation keeps of you. You can take it along, end what you agreed to, or have it destroyed. You need not "
        "say why.",
        "Dit is alles wat de organisatie van u bewaart. U kunt het meenemen, intrekken waar u mee akkoord ging, of het laten vernietigen. "
        "U hoeft niet te zeggen waarom.",
    ),
    "ways": ("On this page", "Op deze pagina"),
    "data": ("Your data", "Uw gegevens"),
    "name": ("Name", "Naam"),
    "reached": ("Reached by", "Bereikbaar via"),
    "registered": ("Registered on", "Ingeschreven op"),
    "consents": ("What you agreed to", "Waarmee u akkoord ging"),
    "record": ("that what happens in your contacts is recorded", "dat wat er in uw contacten gebeurt wordt vastgelegd"),
    "research": ("that researchers learn from it, without your name", "dat onderzoekers ervan leren, zonder uw naam"),
    "share": ("that it is shared with partners of the organisation", "dat het met partners van de organisatie wordt gedeeld"),
    "given": ("since {day}", "sinds {day}"),
    "withdraw": ('Withdraw <span class="unseen">{what}</span>', 'Intrekken <span class="unseen">{what}</span>'),
    "withdrawn": ("from {given}, withdrawn on {day}", "vanaf {given}, ingetrokken op {day}"),
    "contacts": ("Your contacts", "Uw contacten"),
    "letters": (
        "What happened, what you said, and what was written about you alone. You stand in it by name, others by a letter.",
        "Wat er gebeurde, wat u zei, en wat er over u alleen geschreven is. U staat erin met uw naam, anderen met een letter.",
    ),
    "contact": ("{initiative}, since {day}", "{initiative}, sinds {day}"),
    "until": ("{initiative}, from {day} until {until}", "{initiative}, van {day} tot {until}"),
    "none": ("None.", "Geen."),
    "note": ("About you", "Over u"),
    "looked": ("Who looked", "Wie heeft gekeken"),
    "looked_what": (
        "Whoever opens something of you is written down first. What they saw is not.",
        "Wie iets van u opent wordt eerst opgeschreven. Wat diegene zag niet.",
    ),
    "nobody_looked": ("Nobody looked.", "Niemand heeft gekeken."),
    "earlier": ("Who looked earlier", "Wie eerder heeft gekeken"),
    "along": ("Take it along", "Meenemen"),
    "along_what": (
        "One file with all that stands here, to keep or to give to another organisation.",
        "Eén bestand met alles wat hier staat, om te bewaren of aan een andere organisatie te geven.",
    ),
    "along_file": ("Take all of it along (JSON)", "Alles meenemen (JSON)"),
    "leave": ("Have it destroyed", "Laten vernietigen"),
    "leave_all": ("Have all of it destroyed", "Alles laten vernietigen"),
    "sure": ("Are you sure?", "Weet u het zeker?"),
    "sure_consent": (
        "From now on you no longer agree {what}. You need not say why. What was recorded before stays, until you have it destroyed.",
        "Vanaf nu gaat u er niet meer mee akkoord {what}. U hoeft niet te zeggen waarom. Wat eerder is vastgelegd blijft, tot u het laat "
        "vernietigen.",
    ),
    "sure_everything": (
        "Your name, how you can be reached, all that was written about you and all that you said is destroyed. It cannot be undone. You "
        "need not say why. Days and kinds of meetings stay with those whom you met, without you.",
        "Uw naam, hoe u bereikbaar bent, alles wat over u geschreven is en alles wat u zei wordt vernietigd. Dat kan niet ongedaan gemaakt "
        "worden. U hoeft niet te zeggen waarom. Dagen en soorten van ontmoetingen blijven bij wie u ontmoette, zonder u.",
    ),
    "yes_consent": ("Yes, withdraw it", "Ja, intrekken"),
    "yes_everything": ("Yes, destroy all of it", "Ja, alles vernietigen"),
    "no": ("No, go back", "Nee, terug"),
    "done": ("It is done", "Het is gebeurd"),
    "done_consent": ("You no longer agree {what}.", "U gaat er niet meer mee akkoord {what}."),
    "gone": (
        "All that named you or told about you is destroyed. Days and kinds of meetings stay with those whom you met, without you.",
        "Alles wat u noemde of over u vertelde is vernietigd. Dagen en soorten van ontmoetingen blijven bij wie u ontmoette, zonder u.",
    ),
    "refused": ("This cannot be done", "Dit kan niet"),
    "back": ("Go back", "Ga terug"),
    "own": ("To what is kept of you", "Naar wat er van u bewaard wordt"),
    "out": ("Sign out", "Uitloggen"),
    "going": (
        "What was kept of you opens no more. The rest follows within a day.",
        "Wat er van u bewaard werd gaat niet meer open. De rest volgt binnen een dag.",
    ),
}
DID: dict[str, tuple[str, str]] = {
    **ACTIONS,
    "read": ("looked at {}", "bekeek {}"),
    "export": ("took {} out of the platform", "haalde {} uit het platform"),
    "follow": ("began to follow what comes in of {}", "begon te volgen wat er binnenkomt van {}"),
    "told": ("was shown what came in of {}", "kreeg te zien wat er binnenkwam van {}"),
}
"""What somebody did, who looked."""
SEEN: dict[str, tuple[str, str]] = {
    **LOOKED_AT,
    "notes": ("what was written", "wat er geschreven is"),
    "voices": ("what was said", "wat er gezegd is"),
    "members": ("who is in it", "wie erin zitten"),
}
"""What there was to see."""
PLACES: dict[str, tuple[str, str]] = {
    PARTICIPANT: ("what is kept of you", "wat er van u bewaard wordt"),
    "relationship": ("your contact through", "uw contact via"),
    "elsewhere": ("something of yours", "iets van u"),
    ORGANISATION: ("all that is kept of everybody", "alles wat er van iedereen bewaard wordt"),
}
YOU = ("you", "u")
LOOKERS: dict[str, tuple[str, str]] = {
    "participant": ("you, or somebody with whom you are in contact", "uzelf, of iemand met wie u contact hebt"),
    "unknown": ("somebody who did not say who they are", "iemand die niet zei wie het was"),
}


def said(text: str, language: Language, **values: str) -> str:
    """A text with values, which are HTML already."""
    return TEXTS[text][language == "nl"].format(**values)
