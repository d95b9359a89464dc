"""The rules about dates and times as sentences, in English and in Dutch: what is wrong, and what to write instead.

They stand beside `domain.model.time`, which raises them by key; `domain.model.rules` takes them up among all other rules.
`{value}` is the date, time or interval that was given, or the part of it that is wrong.
"""

DATE_RULES: dict[str, tuple[str, str]] = {
    "date_unknown_form": (
        "'{value}' is not a date that can be read here. Write 2021-11-04, 2021-11 or 2021, a season as 2021-21 (spring) "
        "to 2021-24 (winter), a date-time as 2021-11-04T14:30:00+01:00, or a period as 2021-03/2021-05.",
        "'{value}' is geen datum die hier gelezen kan worden. Schrijf 2021-11-04, 2021-11 of 2021, een seizoen als 2021-21 (lente) "
        "tot 2021-24 (winter), een datum met tijd als 2021-11-04T14:30:00+01:00, of een periode als 2021-03/2021-05.",
    ),
    "date_year": (
        "The year of '{value}' cannot be kept: years run from 0001 to 9999 (of a date-time, also when counted in UTC). "
        "Write the year first, in four digits, then a hyphen, as in 2021-11-04.",
        "Het jaar van '{value}' kan niet bewaard worden: jaren lopen van 0001 tot 9999 (van een datum met tijd ook in UTC gerekend). "
        "Schrijf eerst het jaar in vier cijfers, dan een streepje, zoals in 2021-11-04.",
    ),
    "date_impossible": (
        "'{value}' does not exist in the calendar. Check the day and the month: 01 to 12, or a season 21 to 24 without a day.",
        "'{value}' bestaat niet op de kalender. Kijk de dag na en de maand: 01 tot 12, of een seizoen 21 tot 24 zonder dag.",
    ),
    "date_clock": (
        "'{value}' has no possible time of day: it runs from 00:00:00 to 23:59:59. "
        "Write midnight as 00:00:00 of the day that begins, and second 60 as 59.",
        "'{value}' heeft geen mogelijke kloktijd: die loopt van 00:00:00 tot 23:59:59. "
        "Schrijf middernacht als 00:00:00 van de dag die begint, en seconde 60 als 59.",
    ),
    "date_seconds": (
        "'{value}' lacks the seconds. Write them, as 00 where they are not known: 2021-11-04T14:30:00+01:00.",
        "In '{value}' ontbreken de seconden. Schrijf die erbij, als 00 waar ze niet bekend zijn: 2021-11-04T14:30:00+01:00.",
    ),
    "date_offset": (
        "'{value}' does not say which clock its time is read on. End it with Z (UTC) or with the difference from UTC in hours and minutes, "
        "at most 23:59, as in 2021-11-04T14:30:00+01:00.",
        "'{value}' zegt niet van welke klok de tijd is. Eindig met Z (UTC) of met het verschil met UTC in uren en minuten, "
        "hoogstens 23:59, zoals in 2021-11-04T14:30:00+01:00.",
    ),
    "date_fraction": (
        "'{value}' has a fraction of a second, which a date does not take. "
        "Leave the fraction out here; `time` takes the exact instant of an event.",
        "'{value}' heeft een deel van een seconde, en dat kan niet in een datum. "
        "Laat dat deel hier weg; het precieze moment van een gebeurtenis kan in `time`.",
    ),
    "date_qualifier": (
        "In '{value}' the sign ?, ~ or % does not stand once at the end. Write it after the whole date, as in 2021-11~; "
        "in a period after either date, as in 2021-03~/2021-05?.",
        "In '{value}' staat het teken ?, ~ of % niet één keer aan het eind. Schrijf het achter de hele datum, zoals in 2021-11~; "
        "in een periode achter elk van beide datums, zoals in 2021-03~/2021-05?.",
    ),
    "date_unspecified": (
        "In '{value}' the X stands where it cannot. Write X only for what is unknown at the end: "
        "201X, 20XX, 2004-XX, 2004-06-XX or 2004-XX-XX.",
        "In '{value}' staat de X waar dat niet kan. Schrijf X alleen voor wat aan het eind onbekend is: "
        "201X, 20XX, 2004-XX, 2004-06-XX of 2004-XX-XX.",
    ),
    "date_set": (
        "'{value}' is a choice or a list of dates. Write one date or one period, as in 2021-03/2021-05, "
        "and record what happened on several days as several events.",
        "'{value}' is een keuze of een lijst van datums. Schrijf één datum of één periode, zoals 2021-03/2021-05, "
        "en leg wat op meer dagen gebeurde vast als meer gebeurtenissen.",
    ),
    "date_open_start": (
        "The period '{value}' has no beginning. "
        "Write the earliest date on which it can have begun, as in 2015~/2021-05, or only the date of its end.",
        "De periode '{value}' heeft geen begin. "
        "Schrijf de vroegste datum waarop ze begonnen kan zijn, zoals in 2015~/2021-05, of alleen de datum van het eind.",
    ),
    "date_backwards": (
        "The period '{value}' begins after its end (days are counted in UTC). Write the earlier date first, as in 2021-03/2021-05.",
        "De periode '{value}' begint na haar eind (dagen gerekend in UTC). Schrijf de vroegste datum eerst, zoals in 2021-03/2021-05.",
    ),
    "time_form": (
        "'{value}' is not an instant. Write the day, the time with seconds and the difference from UTC, as in 2021-11-04T14:30:00+01:00.",
        "'{value}' is geen moment. Schrijf de dag, de tijd met seconden en het verschil met UTC, zoals in 2021-11-04T14:30:00+01:00.",
    ),
    "day_form": (
        "'{value}' is not a day. Write year, month and day, as in 2021-11-04.",
        "'{value}' is geen dag. Schrijf jaar, maand en dag, zoals in 2021-11-04.",
    ),
    "moment_form": (
        "'{value}' is neither a day nor an instant. Write a day, as in 2021-11-04, or an instant, as in 2021-11-04T14:30:00+01:00; only the date of an event may be vague.",
        "'{value}' is geen dag en geen moment. Schrijf een dag, zoals 2021-11-04, of een moment, zoals 2021-11-04T14:30:00+01:00; alleen de datum van een gebeurtenis mag vaag zijn.",
    ),
}
