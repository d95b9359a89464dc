"""What the platform says of who may do what: of roles and members, of what somebody may not see or do, and of links that hold no more.

Part of `domain.model.rules`, each in English and in Dutch.
"""

ROLE_RULES: dict[str, tuple[str, str]] = {
    "not_allowed": (
        "As {role} you may not {what}.",
        "Als {role} mag je dit niet: {what}.",
    ),
    "not_yours": (
        "You may not record here: it is outside of what you look after. An administrator can appoint you.",
        "Je mag hier niets vastleggen: het valt buiten wat je begeleidt. Een beheerder kan je aanstellen.",
    ),
    "only_administrators": (
        "Only an administrator sets up, closes and corrects initiatives, publishes lenses, and appoints and releases coordinators.",
        "Alleen een beheerder zet initiatieven op, sluit en verbetert ze, publiceert lenzen, en stelt coördinatoren aan of ontheft ze.",
    ),
    "id_taken": (
        "This id is taken. Choose another, or leave it out.",
        "Deze aanduiding is al gebruikt. Kies een andere, of laat haar weg.",
    ),
    "would_fall_elsewhere": (
        "Something outside of what you look after rests on this. An administrator can correct it.",
        "Er rust iets op dat buiten valt wat je begeleidt. Een beheerder kan het verbeteren.",
    ),
    "reach_not_given": ("`{name}` does not go with the role {role}. Leave it out.", "`{name}` hoort niet bij de rol {role}. Laat het weg."),
    "reach_needed": ("The role {role} needs `{name}`: say which one.", "Bij de rol {role} hoort een `{name}`: zeg welke."),
    "reach_empty": (
        "`{name}` names none. Leave it out for all, or name some.",
        "`{name}` noemt er geen. Laat het weg voor alle, of noem er een paar.",
    ),
    "invite_participant": (
        "A participant is invited by `inviteParticipant`, with the participant's own id.",
        "Een deelnemer wordt uitgenodigd met `inviteParticipant`, met de eigen aanduiding.",
    ),
    "only_whole": (
        "A participant is let in by whoever looks after the whole organisation: they may be in contacts that you do not see.",
        "Een deelnemer wordt toegelaten door wie de hele organisatie begeleidt: er kunnen contacten zijn die je niet ziet.",
    ),
    "link_joined": (
        "'{id}' came in already. Who runs the platform makes a new link for them: with it one is them.",
        "'{id}' is al eens binnengekomen. Wie het platform draait maakt een nieuwe link: wie die heeft, is '{id}'.",
    ),
    "member_taken": (
        "'{id}' is or was a member here already. Choose another id; or, where it is they, go on with `member link` and `member appoint`, or over HTTP with `renewLink` and `appointCoordinator`.",
        "'{id}' is of was hier al een lid. Kies een andere aanduiding; of ga, als het om hen gaat, verder met `member link` en `member appoint`, of over HTTP met `renewLink` en `appointCoordinator`.",
    ),
    "appointed_before": (
        "'{id}' is appointed already: to {initiatives}. Name these, or choose another id: else one would inherit what another looked after.",
        "'{id}' is al aangesteld: bij {initiatives}. Noem die, of kies een andere aanduiding: anders erft de een wat een ander begeleidde.",
    ),
    "participant_gone": (
        "'{participant}' is erased, or is being erased: there is nothing that they could be shown.",
        "'{participant}' is gewist, of wordt gewist: er is niets dat getoond kan worden.",
    ),
    "member_unknown": ("There is no member '{id}' here.", "Er is hier geen lid '{id}'."),
    "member_left": (
        "'{id}' left, and is invited anew under another id.",
        "'{id}' is weggegaan, en wordt onder een andere aanduiding opnieuw uitgenodigd.",
    ),
    "own_name": (
        "The platform itself records under this name. Choose another.",
        "Onder deze naam legt het platform zelf vast. Kies een andere.",
    ),
    "token_unknown": ("There is no token '{id}' that still holds.", "Er is geen token '{id}' dat nog geldt."),
    "last_administrator": (
        "'{id}' is the last administrator. Invite another one first, and let them sign in.",
        "'{id}' is de laatste beheerder. Nodig eerst een andere uit, en laat die inloggen.",
    ),
    "not_coordinator": (
        "'{id}' is no coordinator, and is not appointed to initiatives.",
        "'{id}' is geen coördinator, en wordt niet bij initiatieven aangesteld.",
    ),
    "project_taken": (
        "'{id}' is or was a research project here already. Choose another id.",
        "'{id}' is of was hier al een onderzoeksproject. Kies een andere aanduiding.",
    ),
    "project_unknown": ("There is no research project '{id}' here.", "Er is hier geen onderzoeksproject '{id}'."),
    "project_over": (
        "The research project '{id}' is closed. Nothing is told of it any more.",
        "Het onderzoeksproject '{id}' is gesloten. Er wordt niets meer over verteld.",
    ),
    "project_people": (
        "You are none of those who work on the research project '{id}'. An administrator can add you.",
        "Je hoort niet bij wie aan het onderzoeksproject '{id}' werken. Een beheerder kan je toevoegen.",
    ),
    "project_lens": (
        "The research project '{id}' is read through {lenses}, chosen when it was made. Ask through one of these.",
        "Het onderzoeksproject '{id}' wordt gelezen door {lenses}, gekozen toen het begon. Vraag het door een daarvan.",
    ),
    "release_unknown": (
        "The research project '{id}' has no release {number}. Make one with `project release`, or over HTTP with `releaseResearch`, or ask which there are.",
        "Het onderzoeksproject '{id}' heeft geen uitgave {number}. Maak er een met `project release`, of over HTTP met `releaseResearch`, of vraag welke er zijn.",
    ),
    "release_withheld": (
        "Of the research project '{id}' nothing is told now: fewer than {fewest} people are in it.",
        "Van het onderzoeksproject '{id}' wordt nu niets verteld: er zijn minder dan {fewest} mensen in.",
    ),
    "release_number": (
        "Name one release by its number, as `release=1`.",
        "Noem één uitgave met haar nummer, zoals `release=1`.",
    ),
    "release_many": (
        "The research project '{id}' has {limit} releases, which is as many as there can be. Use one of these, or begin another project.",
        "Het onderzoeksproject '{id}' heeft {limit} uitgaven, meer kunnen het er niet zijn. Gebruik een daarvan, of begin een ander project.",
    ),
    "release_lenses": ("A release is read through at least one lens.", "Een uitgave wordt gelezen door minstens één lens."),
    "project_purpose": (
        "Say what the research is for, in 1 to {limit} characters.",
        "Zeg waar het onderzoek voor is, in 1 tot {limit} tekens.",
    ),
    "project_lenses": (
        "A project is read through at least one lens. Leave the lenses out to have it read through all.",
        "Een project wordt gelezen door minstens één lens. Laat de lenzen weg om het door alle te laten lezen.",
    ),
    "project_backwards": ("`since` lies after `until`.", "`since` ligt na `until`."),
    "research_holder": (
        "'{holder}' is no holder here: a member's pseudonym, coordinator, group or observer.",
        "'{holder}' is hier geen houder: het pseudoniem van een lid, coordinator, group of observer.",
    ),
    "research_behind": (
        "What was recorded last is not taken in yet, and may be a withdrawal. Ask again in a moment.",
        "Wat het laatst is vastgelegd is nog niet verwerkt, en kan een intrekking zijn. Vraag het zo opnieuw.",
    ),
    "research_step": ("A step is 1 to {limit} weeks.", "Een stap is 1 tot {limit} weken."),
    "analysis_holder": (
        "'{holder}' has no reading in every relationship: take coordinator, group, observer, gives or receives.",
        "'{holder}' heeft niet in elke relatie een lezing: neem coordinator, group, observer, gives of receives.",
    ),
    "analysis_groups": ("Relationships are put in 1 to {limit} groups.", "Relaties komen in 1 tot {limit} groepen."),
    "analysis_weeks": (
        "Of each relationship 1 to {limit} points are compared. Ask for fewer weeks or larger steps.",
        "Van elke relatie worden 1 tot {limit} punten vergeleken. Vraag minder weken of grotere stappen.",
    ),
    "analysis_reach": (
        "Before and after an event 1 to {limit} steps are told.",
        "Voor en na een gebeurtenis worden 1 tot {limit} stappen verteld.",
    ),
    "analysis_costs": (
        "Own costs (and only they) are given as five rows of five numbers, for {states}: the same both ways, 0 for a state and itself, not all 0, none over {limit}.",
        "Eigen kosten (en alleen die) geef je als vijf rijen van vijf getallen, voor {states}: heen en terug gelijk, 0 voor een fase met zichzelf, niet alle 0, geen boven {limit}.",
    ),
    "analysis_indel": (
        "What it costs to put in or leave out is more than 0, and at most {limit}.",
        "Wat toevoegen of weglaten kost is meer dan 0, en hoogstens {limit}.",
    ),
    "analysis_same": (
        "Both readings are the same. Name another lens or another holder for the other.",
        "Beide lezingen zijn dezelfde. Noem voor de andere een andere lens of een andere houder.",
    ),
    "analysis_size": (
        "{size} relationships would be compared with one another, and {limit} can be. Ask for more weeks, which fewer were followed for, or in a"
        " project of fewer initiatives.",
        "{size} relaties zouden met elkaar vergeleken worden, en dat kan met {limit}. Vraag meer weken, waarin minder gevolgd zijn, of in een project"
        " van minder initiatieven.",
    ),
    "grant_unknown": ("There is no request '{id}' to open something.", "Er is geen verzoek '{id}' om iets te openen."),
    "grant_over": ("The request '{id}' holds no more. Ask for it anew.", "Het verzoek '{id}' geldt niet meer. Vraag het opnieuw."),
    "grant_twice": (
        "'{by}' granted this already. A second administrator has to do so too.",
        "'{by}' heeft dit al toegestaan. Een tweede beheerder moet dat ook doen.",
    ),
    "grant_not_yet": (
        "The request '{id}' is granted by {number} of two administrators.",
        "Het verzoek '{id}' is door {number} van de twee beheerders toegestaan.",
    ),
    "grant_place": (
        "Say which initiatives or relationships are to be opened.",
        "Zeg welke initiatieven of relaties geopend moeten worden.",
    ),
    "grant_why": ("Say why, in at most {limit} characters.", "Zeg waarom, in hoogstens {limit} tekens."),
    "place_unknown": ("There is no {stream} here.", "Er is hier geen {stream}."),
    "grant_hours": ("A grant holds for 1 to {limit} hours.", "Een toestemming geldt 1 tot {limit} uur."),
    "grant_role": (
        "Only an auditor who is a member asks to open something.",
        "Alleen een auditor die lid is vraagt om iets te openen.",
    ),
    "grant_person": (
        "Only an administrator who came in, known by a provider or invited by who runs the platform, allows to open something.",
        "Alleen een beheerder die is binnengekomen, bekend bij een provider of uitgenodigd door wie het platform draait, staat dit toe.",
    ),
}
