"""What the platform says to who signs in: of links that hold no more, of who is not known here, and of who cannot be asked just now.

Part of `domain.model.rules`, each in English and in Dutch.
"""

ENTRY_RULES: dict[str, tuple[str, str]] = {
    "link_over": (
        "This link gives no entry: it was used before, is too old, or is not whole. Ask for a new one where you got it.",
        "Deze link geeft geen toegang: hij is al gebruikt, is te oud, of is niet heel. Vraag een nieuwe waar je hem kreeg.",
    ),
    "entry_unknown": (
        "You showed who you are, but nobody here is known by that. Ask your organisation for an invitation, and open its link in this browser.",
        "Je liet zien wie je bent, maar daaronder is hier niemand bekend. Vraag je organisatie om een uitnodiging, en open de link daarvan in deze browser.",
    ),
    "entry_broken": (
        "Signing in was not finished: it took too long, was begun in another window, or was broken off. Begin anew.",
        "Het inloggen kwam niet af: het duurde te lang, is in een ander venster begonnen, of is afgebroken. Begin opnieuw.",
    ),
    "entry_silent": (
        "The service where you sign in does not answer just now. Try again in a moment.",
        "De dienst waar je inlogt antwoordt nu niet. Probeer het zo nog eens.",
    ),
    "entry_elsewhere": (
        "A page of another site may not ask in your name. Open {own} itself.",
        "Een pagina van een andere site mag niet namens jou iets vragen. Open {own} zelf.",
    ),
    "entry_roles": (
        "By this identity you are several members here ({members}). Use a token that was made for one of them.",
        "Met deze identiteit ben je hier meerdere leden ({members}). Gebruik een token dat voor één van hen is gemaakt.",
    ),
    "entry_twice": (
        "You are an administrator here already, as '{id}'. One person is one administrator, so that two administrators are two people.",
        "U bent hier al beheerder, als '{id}'. Eén persoon is één beheerder, zodat twee beheerders twee mensen zijn.",
    ),
    "entry_another": (
        "Somebody else is signed in by now, so nothing was recorded. Sign in again as the one who recorded this.",
        "Er is nu iemand anders ingelogd, dus er is niets vastgelegd. Log weer in als degene die dit vastlegde.",
    ),
}
