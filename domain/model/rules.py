"""Every rule as a sentence, in English and in Dutch: what was wrong, and what to do.

The keys are stable and used by tests and translations; the texts may get better. Values in braces are filled in by the
refusal. Rules about dates stand in `domain.model.date_rules`, those about asking over HTTP in `domain.model.service_rules`,
those about the log in `domain.model.audit_rules`, those about coding in `domain.model.coding_rules`, those about signing in in `domain.model.entry_rules`.
"""

from domain.model.audit_rules import AUDIT_RULES
from domain.model.coding_rules import CODING_RULES
from domain.model.date_rules import DATE_RULES
from domain.model.entry_rules import ENTRY_RULES
from domain.model.role_rules import ROLE_RULES
from domain.model.service_rules import SERVICE_RULES

FORM_RULES: dict[str, tuple[str, str]] = {
    "not_json": (
        "This line is not one JSON object ({detail}). Write each event as one JSON object on a line of its own.",
        "Deze regel is geen JSON-object ({detail}). Schrijf elke gebeurtenis als één JSON-object op een eigen regel.",
    ),
    "not_utf8": ("The text is not valid UTF-8. Save the file as UTF-8.", "De tekst is geen geldige UTF-8. Bewaar het bestand als UTF-8."),
    "nul": (
        "A text holds a NUL character, which cannot be kept. Remove it.",
        "Een tekst bevat een NUL-teken, dat kan niet bewaard worden. Haal het weg.",
    ),
    "too_large": (
        "An event may be {limit} bytes at most; this one has {size}. Shorten its texts or spread them over several events.",
        "Een gebeurtenis mag hoogstens {limit} bytes zijn; deze heeft er {size}. Maak de teksten korter of verdeel ze over meer gebeurtenissen.",
    ),
    "too_deep": (
        "The JSON is nested too deep. Write the data flat, as the catalogue says.",
        "De JSON is te diep genest. Schrijf de gegevens vlak, zoals de catalogus zegt.",
    ),
    "number": (
        "A number is too large or too small to be kept exactly. Use a smaller one.",
        "Een getal is te groot of te klein om precies te bewaren. Gebruik een kleiner getal.",
    ),
    "missing_field": ("`{name}` is missing. Add it.", "`{name}` ontbreekt. Vul het in."),
    "unknown_field": (
        "`{name}` is not known here. Remove it, or check its spelling: /schemas, over HTTP, says what each event holds.",
        "`{name}` is hier niet bekend. Haal het weg, of kijk hoe het heet: /schemas, over HTTP, zegt wat elke gebeurtenis bevat.",
    ),
    "wrong_type": ("This must be {expected}, and is {got}.", "Dit moet {expected} zijn, en is {got}."),
    "wrong_word": (
        "'{value}' is not one of the words that can stand here: {allowed}.",
        "'{value}' is geen woord dat hier kan staan: {allowed}.",
    ),
    "wrong_form": ("This does not have the right form ({expected}).", "Dit heeft niet de juiste vorm ({expected})."),
    "wrong_id": (
        "An id or handle is 1 to 128 of the characters A-Z a-z 0-9 . _ : ~ - and nothing else.",
        "Een id of aanduiding bestaat uit 1 tot 128 van de tekens A-Z a-z 0-9 . _ : ~ - en niets anders.",
    ),
    "wrong_place": (
        "A place is home:<handle>, public, centre, outdoors, phone, online, message or other.",
        "Een plaats is home:<aanduiding>, public, centre, outdoors, phone, online, message of other.",
    ),
    "wrong_size": ("This must be {expected}.", "Dit moet {expected} zijn."),
    "specversion": ('`specversion` must be "1.0".', '`specversion` moet "1.0" zijn.'),
    "source": (
        "`source` must be a URI reference that names the sending system or study, such as urn:example:study.",
        "`source` moet een URI-verwijzing zijn die het systeem of de studie noemt, zoals urn:voorbeeld:studie.",
    ),
    "content_type": ("`datacontenttype` can only be application/json.", "`datacontenttype` kan alleen application/json zijn."),
    "unknown_type": (
        "'{value}' is no event of the catalogue; /schemas, over HTTP, lists them. A type is written as tussenruimte.meeting_held.v1.",
        "'{value}' is geen gebeurtenis uit de catalogus; /schemas, over HTTP, somt ze op. Een type schrijf je als tussenruimte.meeting_held.v1.",
    ),
    "subject": (
        "`subject` must name the stream: relationship/<id>, participant/<id>, initiative/<id> or lens/<name>.",
        "`subject` moet de stroom noemen: relationship/<id>, participant/<id>, initiative/<id> of lens/<naam>.",
    ),
    "wrong_stream": ("{event} is recorded on {expected}/<id>, not on {got}.", "{event} leg je vast bij {expected}/<id>, niet bij {got}."),
    "set_by_platform": (
        "`{name}` is set by the platform. Leave it out (only a restore keeps it).",
        "`{name}` wordt door het platform bepaald. Laat het weg (alleen terugzetten behoudt het).",
    ),
    "restore_ahead": (
        "This was recorded later than the clock of this machine says it is now. Set the clock right, or look where the export comes from.",
        "Dit is later vastgelegd dan de klok van deze machine nu aanwijst. Zet de klok goed, of kijk waar de export vandaan komt.",
    ),
    "restore_needs": (
        "To restore, every event needs its `{name}`, as the export wrote it.",
        "Om terug te zetten heeft elke gebeurtenis `{name}` nodig, zoals de export het schreef.",
    ),
    "restore_order": (
        "The events to restore must stand in the order of recording: position {position} comes where {expected} was due.",
        "Terug te zetten gebeurtenissen staan in de volgorde van vastleggen: positie {position} staat waar {expected} hoort.",
    ),
    "restore_recorded": (
        "`recorded` goes back in time. Restore the file as it was exported.",
        "`recorded` loopt terug in de tijd. Zet het bestand terug zoals het geëxporteerd is.",
    ),
    "restore_empty": (
        "A restore needs an empty platform; this one holds events already.",
        "Terugzetten kan alleen in een leeg platform; hier staan al gebeurtenissen.",
    ),
    "sealed_input": (
        "A sealed, damaged or erased value cannot be recorded. Leave it out, or give the text itself.",
        "Een verzegelde, beschadigde of gewiste waarde kan niet vastgelegd worden. Laat die weg, of geef de tekst zelf.",
    ),
    "recorded_by": (
        "`recordedby` must be coordinator/<id>, researcher/<id>, system/<name>, member/<handle>, or participant/<id> in the own participant stream.",
        "`recordedby` moet coordinator/<id>, researcher/<id>, system/<naam>, member/<aanduiding> zijn, of participant/<id> in de eigen stroom.",
    ),
    "platform_only": (
        "{event} is recorded by the platform alone, at the end of an erasure.",
        "{event} legt alleen het platform vast, aan het eind van een wissing.",
    ),
    "id_conflict": (
        "The id '{id}' was used before for something else. The same event may be sent again unchanged; a mistake is mended by EventAmended.",
        "Het id '{id}' is al eerder gebruikt voor iets anders. Dezelfde gebeurtenis mag ongewijzigd nog eens; een fout herstel je met EventAmended.",
    ),
}

ORDER_RULES: dict[str, tuple[str, str]] = {
    "ahead": (
        "This lies more than a day ahead. Record what has happened; plans go into fields such as `until` or `next_on`.",
        "Dit ligt meer dan een dag vooruit. Leg vast wat gebeurd is; plannen horen in velden als `until` of `next_on`.",
    ),
    "time_outside": (
        "`time` does not lie inside `occurred` ({occurred}). Mend one of the two.",
        "`time` valt niet binnen `occurred` ({occurred}). Verbeter een van de twee.",
    ),
    "would_fall": (
        "With this, {events} could not stand: {because} Correct or retract those first.",
        "Hierdoor kunnen deze niet blijven staan: {events}. {because} Verbeter of herroep die eerst.",
    ),
    "not_begun": (
        "{kind} '{id}' had not begun then. Record its opening event first, or mend the date.",
        "{kind} '{id}' was toen nog niet begonnen. Leg eerst de openingsgebeurtenis vast, of verbeter de datum.",
    ),
    "begun_already": (
        "{kind} '{id}' was opened already; that happens only once.",
        "{kind} '{id}' was al geopend; dat gebeurt maar één keer.",
    ),
    "ended": (
        "The relationship had ended then. Only an account, its coding, a measure, a surprise, a correction or its resumption can follow.",
        "De relatie was toen beëindigd. Alleen een verhaal, een codering ervan, een meting, een verrassing, een verbetering of hervatten kan daarna.",
    ),
    "not_ended": (
        "The relationship had not ended, so it cannot be resumed.",
        "De relatie was niet beëindigd en kan dus niet hervat worden.",
    ),
    "after_erasure": (
        "This participant was erased; nothing more is recorded about them.",
        "Deze deelnemer is gewist; er wordt niets meer over vastgelegd.",
    ),
    "refused_with": (
        "Left out because {stream} is left out: something there was refused.",
        "Weggelaten omdat {stream} weggelaten is: daar werd iets geweigerd.",
    ),
}

PEOPLE_RULES: dict[str, tuple[str, str]] = {
    "perspective_needed": (
        "{event} is somebody's view: say whose in `perspective` (a member, group, coordinator or observer).",
        "{event} is iemands kijk: zeg van wie in `perspective` (een lid, group, coordinator of observer).",
    ),
    "perspective_refused": (
        "{event} is a shared fact and takes no `perspective`. Leave it out; a view goes into an account.",
        "{event} is een gedeeld feit en heeft geen `perspective`. Laat het weg; een kijk hoort in een verhaal.",
    ),
    "never_member": ("'{handle}' is not and was not a member by then.", "'{handle}' is toen geen lid en was het ook niet eerder."),
    "not_member": ("'{handle}' is not a member then.", "'{handle}' is dan geen lid."),
    "reserved_handle": (
        "'{handle}' is a word of its own and cannot be a member's handle.",
        "'{handle}' heeft een eigen betekenis en kan geen aanduiding van een lid zijn.",
    ),
    "told_by_holder": (
        "`toldby` names another who reports the view, not the holder.",
        "`toldby` noemt een ander die de kijk doorgeeft, niet de houder zelf.",
    ),
    "told_by": ("`toldby` is a member's handle, coordinator or observer.", "`toldby` is een lid, coordinator of observer."),
    "no_handles_here": (
        "Here no members can be named; they belong to a relationship.",
        "Hier kunnen geen leden genoemd worden; die horen bij een relatie.",
    ),
    "participant_unknown": (
        "The participant '{participant}' is not registered. Record participant_registered first.",
        "De deelnemer '{participant}' is niet aangemeld. Leg eerst participant_registered vast.",
    ),
    "no_consent": (
        "'{handle}' has not given consent to record (or has withdrawn it). Record consent_given first, or leave this person out.",
        "'{handle}' heeft geen toestemming gegeven om vast te leggen (of die ingetrokken). Leg eerst consent_given vast, of laat deze persoon weg.",
    ),
    "erased_person": (
        "'{handle}' was erased; nothing can be sealed for them any more.",
        "'{handle}' is gewist; voor deze persoon kan niets meer verzegeld worden.",
    ),
    "consent_not_given": (
        "Consent for '{scope}' was not in force, so it cannot be withdrawn.",
        "Toestemming voor '{scope}' gold niet en kan dus niet ingetrokken worden.",
    ),
    "joined_itself": (
        "This names the registration itself; name the other one of the same person.",
        "Dit is de aanmelding zelf; noem de andere van dezelfde persoon.",
    ),
    "joined_already": (
        "'{participant}' was joined with this participant already.",
        "'{participant}' was al met deze deelnemer samengevoegd.",
    ),
    "joined_erased": (
        "'{participant}' was erased; who was erased is joined with nobody.",
        "'{participant}' is gewist; wie gewist is wordt met niemand samengevoegd.",
    ),
    "not_joined": (
        "'{participant}' was not joined here, so they cannot be parted here. Part them where they were joined.",
        "'{participant}' was hier niet samengevoegd en kan hier dus niet losgemaakt worden. Doe dat waar ze samengevoegd zijn.",
    ),
    "two_members": ("A match has two or more members.", "Een koppeling heeft twee of meer leden."),
    "some_member": (
        "Only a contact that is open to all may start without members.",
        "Alleen een contact dat voor iedereen open is mag zonder leden beginnen.",
    ),
    "handle_twice": ("The handle '{handle}' is given twice.", "De aanduiding '{handle}' is twee keer gegeven."),
    "participant_twice": ("One participant stands here under two handles.", "Eén deelnemer staat hier onder twee aanduidingen."),
    "handle_taken": (
        "'{handle}' has stood for someone else; a handle is never used for another person.",
        "'{handle}' stond voor iemand anders; een aanduiding gaat nooit naar een ander.",
    ),
    "handle_kept": (
        "Who comes back keeps their handle: this participant was '{handle}'.",
        "Wie terugkomt houdt de eigen aanduiding: deze deelnemer was '{handle}'.",
    ),
    "member_already": ("'{handle}' is a member already.", "'{handle}' is al lid."),
    "too_many_members": ("A relationship has at most {limit} members.", "Een relatie heeft hoogstens {limit} leden."),
    "present_twice": ("'{handle}' is named twice among those present.", "'{handle}' staat twee keer bij de aanwezigen."),
    "nobody_present": (
        "Only a table that is open to all may have a meeting without named members.",
        "Alleen aan een open tafel kan een ontmoeting zonder genoemde leden zijn.",
    ),
    "not_present": (
        "'{handle}' was not present at this meeting; name them in `present`, or write group.",
        "'{handle}' was niet bij deze ontmoeting; noem die in `present`, of schrijf group.",
    ),
    "giver_is_receiver": ("The giver and the receiver of help differ.", "Wie hulp geeft en wie die krijgt zijn verschillende mensen."),
    "direction_twice": (
        "This way is named already; a direction has one pair for each way.",
        "Deze kant op staat er al; een richting heeft één paar per kant.",
    ),
    "voice_too_large": (
        "What somebody says is sealed as one and may be {limit} bytes at most; this has {size}. Spread it over several events.",
        "Wat iemand zegt wordt als één geheel verzegeld en mag hoogstens {limit} bytes zijn; dit heeft er {size}. Verdeel het over meer gebeurtenissen.",
    ),
    "who": ("'{handle}' is neither a member then nor one of: {allowed}.", "'{handle}' is dan geen lid en ook niet een van: {allowed}."),
}

LIFE_RULES: dict[str, tuple[str, str]] = {
    "fixed_until": (
        "A fixed term has a last day, `until`, after its start.",
        "Een vaste termijn heeft een einddag, `until`, na het begin.",
    ),
    "until_fixed_only": ("Only a fixed term has `until`.", "Alleen een vaste termijn heeft `until`."),
    "no_term": (
        "There is no term here that can be ended: none runs, has lapsed, or still waits for an answer.",
        "Er is hier geen termijn om te beëindigen: er loopt er geen, er is er geen verlopen, en er wacht er geen op antwoord.",
    ),
    "no_term_to_extend": (
        "There was no term that can be extended (or the relationship has ended since).",
        "Er was geen termijn die verlengd kan worden (of de relatie is sindsdien beëindigd).",
    ),
    "until_later": (
        "The new `until` must lie after this event and after the term's own last day.",
        "De nieuwe `until` moet na deze gebeurtenis en na de eigen einddag van de termijn liggen.",
    ),
    "same_side": (
        "Roles can only be reversed between two who stand on differing sides by their own roles.",
        "Rollen kunnen alleen omdraaien tussen twee die door hun eigen rol aan verschillende kanten staan.",
    ),
    "reversed_already": (
        "'{handle}' is in a reversal that is still open. Restore that one first.",
        "'{handle}' zit in een omkering die nog open is. Herstel die eerst.",
    ),
    "reversal_not_open": ("The reversal '{id}' is not open then.", "De omkering '{id}' is dan niet open."),
    "role_unknown": (
        "The role '{role}' is not known in this initiative. Register it with its side first.",
        "De rol '{role}' is in dit initiatief niet bekend. Meld die eerst aan met een kant.",
    ),
    "role_held": ("'{handle}' has the role '{role}' already.", "'{handle}' heeft de rol '{role}' al."),
    "role_not_held": ("'{handle}' does not have the role '{role}'.", "'{handle}' heeft de rol '{role}' niet."),
    "role_twice": ("The role '{role}' is given twice.", "De rol '{role}' is twee keer gegeven."),
    "side_fixed": ("The role '{role}' stands on the side '{side}' for ever.", "De rol '{role}' staat voorgoed aan de kant '{side}'."),
    "too_much_stands": (
        "At most {limit} openings, tensions, agreements and reversals may stand in a relationship at once. Settle, ease, lift or restore some.",
        "In een relatie staan hoogstens {limit} open punten, spanningen, afspraken en omkeringen tegelijk. Rond er eerst een paar af.",
    ),
    "id_used": (
        "The id '{id}' is used in this relationship already; give a new one.",
        "Het id '{id}' is in deze relatie al gebruikt; geef een nieuw.",
    ),
    "two_parties": ("An agreement has at least two parties, or `all`.", "Een afspraak heeft minstens twee partijen, of `all`."),
    "party": (
        "A party is a member's handle, coordinator, all or role/<role>; '{party}' is none.",
        "Een partij is een lid, coordinator, all of role/<rol>; '{party}' niet.",
    ),
    "agreement_not_in_force": ("The agreement '{id}' is not in force then.", "De afspraak '{id}' geldt dan niet."),
    "opening_not_open": ("Nothing stands open under '{id}' then.", "Er staat dan niets open onder '{id}'."),
    "tension_not_felt": ("The tension '{id}' does not stand then.", "De spanning '{id}' bestaat dan niet."),
    "room_here": (
        "In an initiative, room is made by the coordinator, in the setting.",
        "In een initiatief maakt de coördinator ruimte, in de setting.",
    ),
    "initiative_unknown": (
        "The initiative '{id}' does not exist. Begin it first: with the form New initiative in the web app, or by an event `initiative_registered`,"
        " with `import` or over HTTP with `recordInitiativeRegistered`.",
        "Het initiatief '{id}' bestaat niet. Begin het eerst: met het formulier Nieuw initiatief in de webapp, of met een gebeurtenis"
        " `initiative_registered`, met `import` of over HTTP met `recordInitiativeRegistered`.",
    ),
    "initiative_closed": (
        "The initiative '{id}' was closed then; no new relationship starts in it.",
        "Het initiatief '{id}' was toen gesloten; er begint geen nieuwe relatie in.",
    ),
    "relationship_unknown": ("The relationship '{id}' does not exist.", "De relatie '{id}' bestaat niet."),
    "grew_from_itself": ("A relationship cannot grow from itself.", "Een relatie kan niet uit zichzelf voortkomen."),
    "closed_already": ("The initiative was closed already.", "Het initiatief was al gesloten."),
    "not_closed": ("The initiative was not closed.", "Het initiatief was niet gesloten."),
    "not_appointed": ("'{coordinator}' was not appointed.", "'{coordinator}' was niet aangesteld."),
    "still_used": ("They name {stream}, which would no longer exist.", "Ze noemen {stream}, en dat zou er niet meer zijn."),
    "lens_version": (
        "Version '{version}' of this lens was published already and is never changed. Publish a new version.",
        "Versie '{version}' van deze lens bestaat al en verandert nooit. Publiceer een nieuwe versie.",
    ),
    "lens_fixed": (
        "A published lens is never changed. Publish a new version.",
        "Een gepubliceerde lens verandert nooit. Publiceer een nieuwe versie.",
    ),
    "lens_builtin": (
        "'{name}' is a lens of the platform itself. Choose another name.",
        "'{name}' is een lens van het platform zelf. Kies een andere naam.",
    ),
    "lens_name": (
        "A lens is named in small letters, digits, - and _, beginning with a letter, at most 40 of them.",
        "De naam van een lens bestaat uit kleine letters, cijfers, - en _, begint met een letter en telt hoogstens 40 tekens.",
    ),
    "lens_version_form": (
        "A version is written in letters, digits, dots, - and _, at most 40 of them.",
        "Een versie bestaat uit letters, cijfers, punten, - en _, hoogstens 40 tekens.",
    ),
    "lens_bad": ("This is no lens definition: {detail}.", "Dit is geen lensdefinitie: {detail}."),
}

CORRECTION_RULES: dict[str, tuple[str, str]] = {
    "correct_unknown": (
        "There is no event '{event}' in this stream to correct.",
        "Er is in deze stroom geen gebeurtenis '{event}' om te verbeteren.",
    ),
    "retracted_already": ("The event '{event}' was retracted already.", "De gebeurtenis '{event}' was al herroepen."),
    "retract_retraction": (
        "A retraction cannot be retracted. Record what holds as a new event.",
        "Een herroeping kan niet herroepen worden. Leg wat geldt vast als nieuwe gebeurtenis.",
    ),
    "amend_correction": (
        "A correction cannot be amended. Retract the amendment, or amend the event itself.",
        "Een verbetering kan niet gewijzigd worden. Herroep de wijziging, of wijzig de gebeurtenis zelf.",
    ),
}

ASKING_RULES: dict[str, tuple[str, str]] = {
    "unknown_relationship": ("There is no relationship '{id}' here.", "Er is hier geen relatie '{id}'."),
    "unknown_lens": ("There is no lens '{name}'. Known: {known}.", "Er is geen lens '{name}'. Bekend: {known}."),
    "unknown_holder": (
        "'{holder}' is no holder here: a member's handle, coordinator, group or observer.",
        "'{holder}' is hier geen houder: een lid, coordinator, group of observer.",
    ),
    "asked_ahead": ("This lies ahead of now. Ask about today or before.", "Dit ligt in de toekomst. Vraag naar vandaag of eerder."),
    "census_every": (
        "Months and quarters are told of all initiatives together only. Ask for years, or for all.",
        "Maanden en kwartalen worden alleen van alle initiatieven samen verteld. Vraag naar jaren, of naar alle.",
    ),
    "page_size": ("A page holds 1 to {limit}.", "Een bladzijde heeft er 1 tot {limit}."),
    "cursor": ("This cursor was not given out by this platform.", "Deze cursor is niet door dit platform gegeven."),
    "position": ("A position is a whole number from 0, written as text.", "Een positie is een geheel getal vanaf 0, als tekst geschreven."),
    "step": (
        "A step is 1 to {limit} days, and a trajectory has at most {points} points. Take larger steps or a shorter period.",
        "Een stap is 1 tot {limit} dagen, en een verloop heeft hoogstens {points} punten. Neem grotere stappen of een kortere periode.",
    ),
    "backwards": ("`from` lies after `to`.", "`from` ligt na `to`."),
}

RULES: dict[str, tuple[str, str]] = {
    **DATE_RULES,
    **SERVICE_RULES,
    **AUDIT_RULES,
    **CODING_RULES,
    **ROLE_RULES,
    **ENTRY_RULES,
    **FORM_RULES,
    **ORDER_RULES,
    **PEOPLE_RULES,
    **LIFE_RULES,
    **CORRECTION_RULES,
    **ASKING_RULES,
}
