"""What the platform says of its log: of an event that cannot be proven yet, of sizes that were never signed, of a history that was rewritten.

Part of `domain.model.rules`, each in English and in Dutch.
"""

AUDIT_RULES: dict[str, tuple[str, str]] = {
    "unknown_event": ("There is no event '{id}' here.", "Er is hier geen gebeurtenis '{id}'."),
    "nothing_recorded": (
        "Nothing is recorded yet, so there is nothing to sign or to prove.",
        "Er is nog niets vastgelegd, dus er valt niets te ondertekenen of te bewijzen.",
    ),
    "nothing_signed": (
        "Nothing of the log is signed yet. Where `tussenruimte work` runs it is within a second: ask again in a moment, over HTTP too. If it stays so, whoever runs the "
        "platform can sign it with `tussenruimte audit checkpoint`: ask them.",
        "Van het logboek is nog niets ondertekend. Waar `tussenruimte work` draait gebeurt dat binnen een seconde: vraag het zo nog eens, ook over HTTP. Blijft het zo, dan "
        "kan de beheerder het ondertekenen met `tussenruimte audit checkpoint`: vraag het de beheerder.",
    ),
    "not_signed_yet": (
        "The event stands at position {position}, and the log is signed up to {size}. Where `tussenruimte work` runs the rest is signed within a second: ask "
        "again in a moment, over HTTP too. If it stays so, whoever runs the platform can sign it with `tussenruimte audit checkpoint`: ask them.",
        "De gebeurtenis staat op positie {position}, en het logboek is ondertekend tot {size}. Waar `tussenruimte work` draait wordt de rest binnen een "
        "seconde ondertekend: vraag het zo nog eens, ook over HTTP. Blijft het zo, dan kan de beheerder het ondertekenen met `tussenruimte audit checkpoint`: vraag het de "
        "beheerder.",
    ),
    "no_such_size": (
        "{value} is no size of the log that can be proven: name a whole number from 1 to {size}, up to which it is signed.",
        "{value} is geen omvang van het logboek die bewezen kan worden: noem een heel getal van 1 tot {size}, tot waar het ondertekend is.",
    ),
    "old_after_new": (
        "The old size, {old}, is larger than the new one, {new}. Name the smaller one first.",
        "De oude omvang, {old}, is groter dan de nieuwe, {new}. Noem de kleinste eerst.",
    ),
    "log_rewritten": (
        "The log no longer leads from what was signed to what is stored: {where}. The history was rewritten underneath, or a part of it is lost; nothing "
        "more is signed. Keep all as it is, and put the database back from a backup in which the log still holds.",
        "Het logboek leidt niet meer van wat ondertekend is naar wat is opgeslagen: {where}. De geschiedenis is van buitenaf herschreven, of een deel ervan "
        "is weg; er wordt niets meer ondertekend. Laat alles zoals het is, en zet de database terug uit een back-up waarin het logboek nog klopt.",
    ),
    "log_origin": (
        "The log is signed under the name '{signed}', and is set to be '{origin}'. Set `TUSSENRUIMTE_LOG_ORIGIN` as it was: a log keeps its name for ever.",
        "Het logboek is ondertekend onder de naam '{signed}', en moet nu '{origin}' heten. Zet `TUSSENRUIMTE_LOG_ORIGIN` terug: een logboek houdt zijn naam "
        "voor altijd.",
    ),
    "not_of_this_log": (
        "This is no checkpoint of the log {origin}: {detail}.",
        "Dit is geen checkpoint van het logboek {origin}: {detail}.",
    ),
    "another_history": (
        "The checkpoint of size {size} is signed by this log and says another root than the one kept here. Two histories were signed, or this one was put back "
        "from an older backup: keep the file, it is the proof.",
        "Het checkpoint van omvang {size} is door dit logboek ondertekend en noemt een andere wortel dan die hier bewaard is. Er zijn twee geschiedenissen "
        "ondertekend, of deze is teruggezet uit een oudere back-up: bewaar het bestand, dat is het bewijs.",
    ),
    "no_witness": (
        "No witness that is known here signed this checkpoint. Put the verifier key of the witness, on a line of its own, into the file that "
        "`TUSSENRUIMTE_WITNESSES` names.",
        "Geen getuige die hier bekend is heeft dit checkpoint ondertekend. Zet de sleutel van de getuige, op een eigen regel, in het bestand dat "
        "`TUSSENRUIMTE_WITNESSES` noemt.",
    ),
}
