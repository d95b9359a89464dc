"""What each event and each part of it means, in words: the descriptions in the GraphQL schema and in the published JSON Schemas.

They stand apart from the classes of `domain.model.events` so that those read like the tables of the catalogue. A test holds the two
together: nothing that can be recorded goes unexplained, and nothing is explained that cannot be.
"""

NOTES = "Texts, each with the handles of those it is about (none: about nobody). Sealed, and never needed."
GIVER = "Who helped: a member, or `group`."
RECEIVER = "Who was helped: a member, or `group`."
HELP_KIND = "What the help was."
WHO = "a member, `coordinator`, `group` or `family`"
CONSENT = {"scope": "To what.", "given": "In which form.", "by": "Who said so."}
MEMBERS = "Who is in it from the start, each under a handle of their own."
HOME = "The id of the initiative it belongs to; it must exist and be open then."
RHYTHM = "How often they mean to meet: once in so many days."
GREW_FROM = "The id of a relationship that this one grew out of."

EVENTS: dict[str, tuple[str, dict[str, str]]] = {
    "match_made": (
        "An organisation brought people together. Opens the relationship.",
        {
            "initiative": HOME,
            "members": MEMBERS,
            "term": "For how long it was agreed; without it that was not stated, and it runs until it is ended.",
            "asked_by": "Who asked for the match.",
            "rhythm_days": RHYTHM,
            "contract_signed": "Whether a contract was signed.",
            "grew_from": GREW_FROM,
        },
    ),
    "contact_emerged": (
        "People came into contact, and nobody arranged it. Opens the relationship.",
        {
            "initiative": HOME,
            "members": MEMBERS + " At a table that is open to all there may be none.",
            "open_to_all": "Whether anybody may join, as at a coffee morning.",
            "known_before": "Whether they knew each other.",
            "rhythm_days": RHYTHM,
            "setting": "Where it arose, in the initiative's own short word.",
            "grew_from": GREW_FROM,
        },
    ),
    "introduction_held": ("The first meeting, guided by the coordinator.", {"with": "The members who were there."}),
    "member_joined": (
        "Somebody became a member.",
        {
            "handle": "How the member is called in this relationship. Who comes back keeps the old one.",
            "participant": "The id of the participant; sealed.",
            "roles": "Their roles, as words of the initiative.",
        },
    ),
    "member_left": ("A member left. Reversals they are in are closed.", {"handle": "Who left."}),
    "meeting_held": (
        "People met. Attendance makes no pairs of anyone.",
        {
            "present": "The members who were there.",
            "others": "How many more were there, not named.",
            "place": "Where: `home:<handle>`, `public`, `centre`, `outdoors`, `phone`, `online`, `message` or `other`.",
            "activity": "What they did, in the initiative's own short word.",
            "mood": "How it was.",
            "initiated_by": f"Who took the initiative: {WHO}.",
            "minutes": "How long it lasted, in minutes.",
            "help": "Help that was given there.",
            "shared": "Something personal that was told; what it was is never recorded.",
        },
    ),
    "meeting_missed": (
        "A meeting did not take place. Why is never recorded.",
        {"notice": "How long before it was said.", "cancelled_by": f"Who cancelled: {WHO}."},
    ),
    "help_asked": ("Somebody asked for help.", {"by": f"Who asked: {WHO}.", "kind": HELP_KIND, "to": f"Who was asked: {WHO}."}),
    "help_offered": ("Somebody offered help.", {"by": f"Who offered: {WHO}.", "kind": HELP_KIND, "to": f"To whom: {WHO}."}),
    "moment_noted": (
        "A moment between people. A moment is not a state.",
        {"between": "The members it was between.", "what": "What it was."},
    ),
    "help_given": (
        "Help outside a meeting.",
        {"giver": GIVER, "receiver": RECEIVER, "kind": HELP_KIND, "asked": "Whether it was asked for."},
    ),
    "roles_reversed": (
        "Two members changed sides: the one who was helped now helps.",
        {
            "reversal": "Its id, by which it is restored later; unique in the relationship for ever.",
            "between": "The two members, on differing sides.",
            "expected": "For how long that was expected to be.",
        },
    ),
    "roles_restored": ("The two are back on their own sides.", {"reversal": "The id of the open reversal."}),
    "role_taken": (
        "A member took a role.",
        {"handle": "Who.", "role": "The role, a word of the initiative.", "formal": "Whether it was made official."},
    ),
    "role_laid_down": ("A member laid a role down.", {"handle": "Who.", "role": "The role, one of their own."}),
    "rhythm_changed": ("How often they meet changed.", {"rhythm_days": RHYTHM, "agreed_by": "The members who agreed to it."}),
    "term_ended": (
        "The term of a match ended, or it was said later what followed.",
        {"continuation": "What followed; `stopped` ends the relationship too."},
    ),
    "term_extended": (
        "The term of a match was extended. Whatever followed its end is over.",
        {"until": "The day at whose start (UTC) it lapses, later than before; without it the term runs until it is ended."},
    ),
    "boundary_agreed": (
        "Something was agreed on what the contact is and is not.",
        {
            "agreement": "Its id, by which it is lifted or replaced later; unique in the relationship for ever.",
            "kind": "What was agreed on.",
            "parties": "Who agreed, two or more: members, `coordinator`, `role/<role>`; or `all`.",
            "prompted_by": "What it came from.",
            "tacit": "Whether it was never said aloud.",
            "review_on": "The day on which it is to be looked at again.",
            "replaces": "The id of an agreement in force, whose place it takes.",
        },
    ),
    "boundary_lifted": ("An agreement ended.", {"agreement": "The id of the agreement, in force."}),
    "left_open": (
        "Somebody leaves open, on purpose, what it is. A complete answer, never the mere lack of one. The perspective says for whom.",
        {
            "opening": "Its id, by which it is settled later; unique in the relationship for ever.",
            "about": "What is left open.",
            "by": "Who leaves it so: members, `coordinator`, `group` or `nobody`.",
        },
    ),
    "settled": ("What was left open is settled.", {"opening": "The id of the opening."}),
    "account_given": (
        "What its holder says the contact is. “I would rather not say” is an account too.",
        {
            "named": "The word they choose.",
            "help": "How much of help they see in it, 0 to 1.",
            "friendship": "How much of friendship they see in it, 0 to 1.",
            "direction": "Who helps whom: pairs of giver and receiver, one for each way.",
            "beside": "Whether the holder's earlier account still holds too.",
            "meaning_for": "For whom it means something.",
            "told": "When it was said, an EDTF date; `occurred` is the time it speaks of.",
        },
    ),
    "account_coded": (
        "A coder reads what somebody said; sealed. It is no account, and no lens of the platform takes it.",
        {
            "account": "The id of the account that is coded; `perspective` says whose it is.",
            "code": "A word of the codebook, or `none` where the coder read it and nothing of the codebook fits.",
            "coder": "Who codes, under an id of their own.",
            "segment": "The part of its texts that is meant; without it the whole account.",
        },
    ),
    "measure_taken": (
        "Raw answers to a questionnaire; sealed. A measure never sets a reading.",
        {
            "instrument": "The name of the questionnaire.",
            "mode": "How it was answered.",
            "answers": "A number for each item, by the item's name.",
            "version": "The questionnaire's version.",
        },
    ),
    "surprise_noticed": ("Somebody was surprised.", {"about": "By what.", "meaning_for": "For whom it means something."}),
    "tension_felt": (
        "Somebody feels a strain.",
        {"tension": "Its id, by which it is eased later; unique in the relationship for ever.", "kind": "What it is."},
    ),
    "tension_eased": ("A strain is over.", {"tension": "The id of the tension.", "how": "What eased it."}),
    "check_in_held": (
        "The coordinator asked how it goes.",
        {"with": "The members who were asked.", "asked_about": "What was asked about.", "next_on": "The day planned for the next."},
    ),
    "room_made": (
        "Room was made for more than one way of being in contact: in a relationship, or in the setting of an initiative.",
        {"by": "Who made it: `coordinator` or a member.", "instrument": "By what.", "way": "How."},
    ),
    "relationship_ended": (
        "The relationship ended. What stood open or was in force is closed for good.",
        {
            "ended_by": "Who ended it: members, `coordinator` or `family`.",
            "mode": "How.",
            "farewell": "Whether they said goodbye.",
        },
    ),
    "relationship_resumed": ("A relationship that had ended goes on. Nothing that was closed returns.", {}),
    "event_retracted": (
        "An event of this stream is taken back: readings leave it out from when this is recorded, and the history shows both.",
        {"event": "The id of the event."},
    ),
    "event_amended": (
        "An event of this stream is corrected: from when this is recorded its data are these, and the history shows both.",
        {
            "event": "The id of the event.",
            "data": "Its data as they should be, whole.",
            "occurred": "When it happened, where that was wrong: an EDTF date.",
        },
    ),
    "participant_registered": (
        "Somebody takes part. Opens their stream.",
        {"name": "Their name; sealed.", "contact": "How they can be reached; sealed."},
    ),
    "consent_given": ("A participant consents.", CONSENT),
    "consent_withdrawn": ("A participant no longer consents to what they consented to.", CONSENT),
    "participants_joined": (
        "Two registrations turned out to be of one person. Of one person are all that are joined, however many lie between them.",
        {"participant": "The id of the other registration; in the clear."},
    ),
    "participants_parted": (
        "Two registrations that were joined are of two people after all.",
        {"participant": "The id of the other registration, with which this one was joined."},
    ),
    "participant_erased": (
        "A participant's data were destroyed. Only the platform records it; no reason is asked.",
        {"requested_on": "The day on which it was asked for.", "certificate": "What was destroyed, counted for each place."},
    ),
    "initiative_registered": (
        "An initiative begins. Opens its stream.",
        {
            "name": "Its name, in the clear.",
            "kind": "What it is.",
            "guidance": "How much its contacts are guided.",
            "contact": "For how long its contacts are meant.",
            "roles": "Roles of its own, beside those known from the start.",
            "place": "Where it is, in its own short word.",
        },
    ),
    "roles_registered": ("An initiative adds roles. A role's side is fixed for ever.", {"roles": "The roles."}),
    "coordinator_appointed": ("A coordinator was appointed.", {"coordinator": "The coordinator's id."}),
    "coordinator_released": ("A coordinator stopped.", {"coordinator": "The id of a coordinator who was appointed."}),
    "initiative_closed": ("An initiative takes on no new relationships; those there are go on.", {}),
    "initiative_reopened": ("A closed initiative takes on relationships again.", {}),
    "lens_published": (
        "A version of a lens. It is never changed.",
        {"version": "Its version.", "definition": "The whole of its rules and weights, as `lens list --json` shows them."},
    ),
}
"""By an event's name: what happened, and what each field of its data says. `notes`, which any event may carry, is `NOTES`."""

PARTS: dict[str, tuple[str, dict[str, str]]] = {
    "Note": ("A text about people.", {"about": "The handles of those it is about; none: about nobody.", "text": "The text; sealed."}),
    "NewMember": (
        "A member from the start.",
        {
            "handle": "How the member is called in this relationship, and nowhere else.",
            "participant": "The id of the participant; sealed.",
            "roles": "Their roles, as words of the initiative.",
        },
    ),
    "NewTerm": (
        "For how long a match was agreed.",
        {"kind": "What kind of term.", "until": "The day at whose start (UTC) a fixed term lapses; no other term has one."},
    ),
    "Segment": (
        "A part of a text of an account.",
        {"note": "Which of its notes, from 0.", "start": "The first character, from 0.", "end": "The character after the last."},
    ),
    "Help": ("Help given in a meeting.", {"giver": GIVER, "receiver": RECEIVER, "kind": HELP_KIND}),
    "Sharing": (
        "Something personal was told.",
        {"by": "Who told: a member who was there, or `group`.", "to": "Whom: a member, or `group`."},
    ),
    "RoleSide": ("A role and the side it stands on.", {"role": "A word of the initiative's own.", "side": "The side, for ever."}),
}
"""The same for the values inside events, by the names of their classes."""

ENVELOPE: dict[str, str] = {
    "specversion": "The version of CloudEvents.",
    "id": "Unique in the organisation. The same id with the same content changes nothing when it is sent again.",
    "source": "The system or study that sends it, a URI reference.",
    "type": "What happened.",
    "subject": "The stream it belongs to.",
    "occurred": "When it happened, as far as is known: an EDTF date or interval. It counts from the earliest instant this allows, in UTC.",
    "time": "The instant it happened, where that is known: RFC 3339, inside `occurred`.",
    "recordedby": "Who recorded it: `coordinator/<id>`, `researcher/<id>`, `system/<name>`, `member/<handle>` or `participant/<id>`.",
    "method": "How it became known.",
    "perspective": "Whose view it is, its holder: a member's handle, `group`, `coordinator` or `observer`.",
    "toldby": "Who reported it, where that is another: a handle, `coordinator` or `observer`.",
    "datacontenttype": "Accepted and not kept.",
    "dataschema": "Accepted and not kept.",
    "recorded": "The instant the platform took it in: RFC 3339. Set by the platform.",
    "organisation": "The organisation it belongs to. Set by the platform.",
    "position": "Its place in the organisation's order of recording, from 1 without gaps. Set by the platform.",
    "data": "What is said of it.",
}
"""The attributes of the envelope, by their names on the wire."""
