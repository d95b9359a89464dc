"""What the platform says of asking itself, and not of what is asked: who asks, in what form, how much, and what it cannot do just now.

Part of `domain.model.rules`, each in English and in Dutch.
"""

SERVICE_RULES: dict[str, tuple[str, str]] = {
    "unauthenticated": (
        "This needs a valid token: send it as `Authorization: Bearer tr_…`. Yours is missing, mistyped, expired or revoked. In a browser, sign in at /sign-in.",
        "Hiervoor is een geldig token nodig: stuur het als `Authorization: Bearer tr_…`. Het ontbreekt, of geldt niet (meer). In een browser log je in op /sign-in.",
    ),
    "kept_months": ("Months are a whole number from 1 to {limit}.", "Maanden zijn een heel getal van 1 tot {limit}."),
    "preset_number": (
        "`{kind}` takes a whole number of {unit}, from 1 to {limit}.",
        "Bij `{kind}` hoort een heel getal van 1 tot {limit}: zoveel {unit}.",
    ),
    "preset_no_number": (
        "`{kind}` is on or off, and has no number. Leave the number out.",
        "`{kind}` staat aan of uit, en heeft geen getal. Laat het getal weg.",
    ),
    "time_zone": (
        "There is no time zone '{name}'. Name one as the IANA does, such as Europe/Amsterdam.",
        "Er is geen tijdzone '{name}'. Noem er een zoals de IANA dat doet, bijvoorbeeld Europe/Amsterdam.",
    ),
    "aside_term": (
        "A term is not put aside. Record what becomes of it; that it is left open is an answer too.",
        "Een termijn wordt niet opzijgezet. Leg vast hoe het verdergaat; openlaten is ook een antwoord.",
    ),
    "aside_over": (
        "This does not ask for a look any more: what it rests on has changed. Look again at what asks now.",
        "Dit vraagt niet meer om een blik: wat eraan ten grondslag ligt is veranderd. Kijk opnieuw wat er nu vraagt.",
    ),
    "mail_address": (
        "This is no mail address as mail servers take it, such as anna@example.org: one address, in plain letters.",
        "Dit is geen e-mailadres zoals mailservers het aannemen, bijvoorbeeld anna@example.org: één adres, in gewone letters.",
    ),
    "mail_none": (
        "This platform sends no mail. Whoever runs it can set that up.",
        "Dit platform verstuurt geen mail. De beheerder kan dat instellen.",
    ),
    "reminded_members": (
        "Only a member who looks after contacts is reminded: this token is nobody's in particular. Ask whoever runs the platform for an invitation.",
        "Alleen een lid dat contacten begeleidt krijgt herinneringen: dit token is van niemand in het bijzonder. Vraag de beheerder om een uitnodiging.",
    ),
    "setting_unknown": (
        "There is no setting '{name}'. Known: {known}.",
        "Er is geen instelling '{name}'. Bekend: {known}.",
    ),
    "setting_value": (
        "'{value}' is no value for `{name}`: write on, off or a whole number.",
        "'{value}' is geen waarde voor `{name}`: schrijf on, off of een heel getal.",
    ),
    "on_behalf": (
        "On whose behalf you look is coordinator/<id>, researcher/<id> or system/<name>.",
        "Namens wie je kijkt is coordinator/<id>, researcher/<id> of system/<naam>.",
    ),
    "one_place": (
        "Ask who looked at a relationship, or at what is known of a participant, not at both.",
        "Vraag wie naar een relatie keek, of naar wat van een deelnemer bekend is, niet naar allebei.",
    ),
    "unknown_place": (
        "There is no relationship and no participant '{id}' here.",
        "Er is hier geen relatie en geen deelnemer '{id}'.",
    ),
    "which_place": (
        "There is a relationship '{id}' and a participant '{id}'. Write relationship/{id} or participant/{id}.",
        "Er is een relatie '{id}' en een deelnemer '{id}'. Schrijf relationship/{id} of participant/{id}.",
    ),
    "token_days": ("A token is valid for 1 to {limit} days.", "Een token is 1 tot {limit} dagen geldig."),
    "request_form": ("This is no GraphQL request: {detail}.", "Dit is geen GraphQL-verzoek: {detail}."),
    "request_batch": (
        "A request holds one question, not a list of them. Send each on its own; one query may ask many things.",
        "Een verzoek bevat één vraag, geen lijst. Stuur elke vraag apart; één vraag mag veel dingen vragen.",
    ),
    "rate_requests": (
        "A token may ask {limit} times a minute. Ask again in {seconds} seconds.",
        "Met een token mag je {limit} keer per minuut vragen. Vraag het over {seconds} seconden nog eens.",
    ),
    "rate_cost": (
        "What a token asks may cost {limit} a minute. Ask again in {seconds} seconds, or for less.",
        "Wat je met een token vraagt mag {limit} per minuut kosten. Vraag het over {seconds} seconden nog eens, of vraag minder.",
    ),
    "rate_guesses": (
        "From this address came too many tokens that do not hold. Try again in {seconds} seconds.",
        "Vanaf dit adres kwamen te veel tokens die niet gelden. Probeer het over {seconds} seconden nog eens.",
    ),
    "subscriptions_of_token": (
        "A token may have {limit} subscriptions at once. End some, or use another token.",
        "Met een token mag je {limit} abonnementen tegelijk hebben. Beëindig er een paar, of gebruik een ander token.",
    ),
    "untrusted": (
        "Here only trusted documents are executed, and this is none of them. Whoever runs the platform keeps the list.",
        "Hier worden alleen vertrouwde documenten uitgevoerd, en dit is er geen. De beheerder houdt de lijst bij.",
    ),
    "no_documents": (
        "There are no documents here that can be named. Send the query itself, as `query`.",
        "Er zijn hier geen documenten die je kunt noemen. Stuur de vraag zelf, als `query`.",
    ),
    "request_type": (
        "Send a GraphQL request as `Content-Type: application/json`.",
        "Stuur een GraphQL-verzoek als `Content-Type: application/json`.",
    ),
    "event_type": (
        "Send an event as application/cloudevents+json, several as application/cloudevents-batch+json, or one with its attributes in `ce-` headers.",
        "Stuur een gebeurtenis als application/cloudevents+json, meerdere als application/cloudevents-batch+json, of één met zijn attributen in "
        "`ce-`-headers.",
    ),
    "event_body": (
        "The body cannot be read: {detail}. Send the data of an event as JSON, several events as a JSON list of objects.",
        "De inhoud kan niet gelezen worden: {detail}. Stuur de gegevens van een gebeurtenis als JSON, meerdere als een JSON-lijst van objecten.",
    ),
    "unknown_parameter": (
        "`{name}` is no parameter here. There are: {known}.",
        "`{name}` is hier geen parameter. Er zijn: {known}.",
    ),
    "too_many_named": (
        "At most {limit} are named at once; ask for all, or ask again.",
        "Er worden er hoogstens {limit} tegelijk genoemd; vraag ze allemaal, of vraag opnieuw.",
    ),
    "unknown_kind": (
        "'{value}' is no type of event. /schemas lists them; here they are written as meeting_held, several with commas between.",
        "'{value}' is geen soort gebeurtenis. Ze staan in /schemas; hier schrijf je ze als meeting_held, meerdere met komma's ertussen.",
    ),
    "request_accept": (
        "The answer is application/graphql-response+json or application/json; accept one of them.",
        "Het antwoord is application/graphql-response+json of application/json; accepteer een van beide.",
    ),
    "request_method": ("Ask with GET or POST; mutations need POST.", "Vraag met GET of POST; voor mutaties is POST nodig."),
    "position_ahead": (
        "Nothing is recorded at {position} yet; the last position is {head}. Ask anew, without `{name}`.",
        "Op {position} is nog niets vastgelegd; de laatste positie is {head}. Vraag opnieuw, zonder `{name}`.",
    ),
    "not_there_yet": (
        "What was recorded up to {position} is not here yet; here it is up to {upto}. Ask again in a moment.",
        "Wat tot {position} is vastgelegd is hier nog niet; hier staat het tot {upto}. Vraag het zo meteen nog eens.",
    ),
    "batch_size": (
        "A request may bring {limit} events; this one brings {size}. Send them in several, or import a file with the command line.",
        "Een verzoek mag {limit} gebeurtenissen brengen; dit brengt er {size}. Verdeel ze, of importeer een bestand met de opdrachtregel.",
    ),
    "lens_changed": (
        "The lens '{name}' has a new version, which reads differently. Subscribe again, from the beginning.",
        "Lens '{name}' heeft een nieuwe versie, die anders leest. Abonneer je opnieuw, vanaf het begin.",
    ),
    "lens_older": (
        "With an older version of a lens {limit} relationships are read at once; this asks of more. Narrow it to an initiative, or ask of single relationships.",
        "Met een oudere versie van een lens worden {limit} relaties tegelijk gelezen; dit vraagt er meer. Beperk het tot een initiatief, of vraag het per relatie.",
    ),
    "coding_many": (
        "Agreement is worked out of {limit} relationships at once; these are more. Ask of one initiative, or begin a project of fewer.",
        "Overeenstemming wordt over {limit} relaties tegelijk berekend; dit zijn er meer. Vraag het van één initiatief, of begin een project van minder.",
    ),
    "lens_spread": (
        "Numbers are multiplied by 1 − spread to 1 + spread: give more than 0 and at most 1.",
        "Getallen worden vermenigvuldigd met 1 − spread tot 1 + spread: geef meer dan 0 en hoogstens 1.",
    ),
    "lens_draws": ("Draw 1 to {limit} times.", "Trek 1 tot {limit} keer."),
    "lens_sample": ("A lens is tried on 1 to {limit} relationships.", "Een lens wordt op 1 tot {limit} relaties geprobeerd."),
    "lens_sweep": (
        "This weighs events and reads weeks {size} times; {limit} times is what is done at once. Draw fewer times, or ask of fewer relationships.",
        "Hierbij worden gebeurtenissen en weken {size} keer gewogen en gelezen; dat mag tegelijk {limit} keer. Trek minder vaak, of vraag het van minder relaties.",
    ),
    "lens_tries": (
        "In a project {limit} different lenses of your own are tried a day. Try another tomorrow, or ask the organisation to publish one.",
        "In een project worden per dag {limit} verschillende eigen lenzen geprobeerd. Probeer morgen een andere, of vraag de organisatie er een te publiceren.",
    ),
    "scale_bad": ("This is no scale: {detail}.", "Dit is geen schaal: {detail}."),
    "scale_builtin": (
        "'{name}' is a scale of the platform itself. Choose another name.",
        "'{name}' is een schaal van het platform zelf. Kies een andere naam.",
    ),
    "scale_version": (
        "Version '{version}' of this scale was published already and is never changed. Publish a new version.",
        "Versie '{version}' van deze schaal bestaat al en verandert nooit. Publiceer een nieuwe versie.",
    ),
    "lens_weightless": (
        "The lens '{name}' has no weights that could be moved. Ask of one of the kind of `evidence`.",
        "De lens '{name}' heeft geen gewichten die verschoven kunnen worden. Vraag het van een lens van de soort `evidence`.",
    ),
    "one_stream": ("Name exactly one stream: {expected}.", "Noem precies één stroom: {expected}."),
    "request_path": (
        "There is nothing at this address. Questions go to /graphql; in a browser they can be tried at /graphiql/.",
        "Op dit adres is niets. Vragen gaan naar /graphql; in een browser kun je ze proberen op /graphiql/.",
    ),
    "query_form": ("The query cannot be answered as it stands: {detail}", "De vraag kan zo niet beantwoord worden: {detail}"),
    "half_character": (
        "A text holds half a character, as where an emoji was cut in two. Send whole characters.",
        "Een tekst bevat een half teken, zoals wanneer een emoji doormidden is geknipt. Stuur hele tekens.",
    ),
    "query_depth": (
        "A query may go {limit} fields deep. Ask for the rest by its ids in a second query.",
        "Een vraag mag {limit} velden diep gaan. Vraag de rest op id in een tweede vraag.",
    ),
    "query_breadth": (
        "A query may ask {limit} fields of one thing; this one asks {size}. Leave out what stands there twice, or ask in several queries.",
        "Een vraag mag {limit} velden van één ding vragen; deze vraagt er {size}. Laat weg wat er dubbel staat, of verdeel de vraag over meer vragen.",
    ),
    "query_fields": (
        "A query may hold {limit} fields, those of a fragment as often as it is used; this one holds {size}. Ask in several queries.",
        "Een vraag mag {limit} velden hebben, die van een fragment zo vaak als het gebruikt wordt; deze heeft er {size}. Verdeel de vraag over meer vragen.",
    ),
    "query_directives": (
        "A query may hold {limit} directives; this one has {size}. Ask in several queries.",
        "Een vraag mag {limit} directives hebben; deze heeft er {size}. Verdeel de vraag over meer vragen.",
    ),
    "query_cost": (
        "A query may cost {limit}, each field as often as it stands in rows; this one may cost {size}. Ask for smaller pages (`first`), or for fewer fields of each row.",
        "Een vraag mag {limit} kosten, elk veld zo vaak als het in rijen staat; deze kan er {size} kosten. Vraag kleinere bladzijden (`first`), of minder velden per rij.",
    ),
    "query_aliases": (
        "A query may hold {limit} aliases; this one has {size}. Ask in several queries.",
        "Een vraag mag {limit} aliassen hebben; deze heeft er {size}. Verdeel de vraag over meer vragen.",
    ),
    "query_rows": (
        "The pages of a query may come to {limit} rows; these may come to {size}. Ask for smaller pages (`first`), or for their parts by id.",
        "De bladzijden van een vraag mogen samen {limit} rijen zijn; dit kunnen er {size} zijn. Vraag kleinere bladzijden (`first`), of delen op id.",
    ),
    "query_points": (
        "The trajectories of a request may have {limit} instants together. Ask for a shorter time, larger steps or fewer relationships.",
        "De verlopen in één verzoek mogen samen {limit} momenten hebben. Vraag een kortere periode, grotere stappen of minder relaties.",
    ),
    "query_seconds": (
        "The answer took longer than {limit} seconds, and was broken off. Ask for smaller pages (`first`), a shorter time or fewer fields.",
        "Het antwoord duurde langer dan {limit} seconden en is afgebroken. Vraag kleinere bladzijden (`first`), een kortere periode of minder velden.",
    ),
    "query_tokens": (
        "A query may hold {limit} tokens. Move its values into variables, or ask in several queries.",
        "Een vraag mag {limit} tekens en woorden (tokens) hebben. Zet de waarden in variabelen, of verdeel de vraag over meer vragen.",
    ),
    "head_size": (
        "The address and the headers of a request may be {limit} bytes together. Send the question with POST.",
        "Het adres en de headers van een verzoek mogen samen {limit} bytes zijn. Stuur de vraag met POST.",
    ),
    "request_seconds": (
        "A request has to come within {limit} seconds. Send it again, or in smaller parts.",
        "Een verzoek moet binnen {limit} seconden binnen zijn. Stuur het opnieuw, of in kleinere delen.",
    ),
    "body_size": (
        "A request may be {limit} bytes. Send the events in several batches, or import a large file with the command line.",
        "Een verzoek mag {limit} bytes zijn. Stuur de gebeurtenissen in meer delen, of importeer een groot bestand met de opdrachtregel.",
    ),
    "silent": (
        "The database does not answer just now. Try again in a moment: events may be sent again with the same ids, and are recorded once.",
        "De database antwoordt nu niet. Probeer het zo nog eens: gebeurtenissen mogen met dezelfde id's opnieuw gestuurd worden, en worden één keer vastgelegd.",
    ),
    "internal": (
        "Something went wrong inside the platform. It stands in the log as {id}; tell that to whoever runs it.",
        "Er ging binnen het platform iets mis. Het staat in het logboek als {id}; geef dat door aan de beheerder.",
    ),
}
