"""The tables of the event catalogue, typed out once more from the document, so that a wrong list in the code is found.

A field's name ends in `?` where it is optional. Its form is a word (`id`, `handle`, `number`, …), a closed list written with
bars, an object, or a list of one of these.
"""

from typing import Any

from given import (
    Sent,
    about,
    account,
    agreement,
    ended,
    event,
    initiative,
    meeting,
    member,
    of,
    opening,
    pair,
    reversal,
    table,
    tension,
)

HELP = "practical|emotional|transport|company|guidance"
SIDE = "gives|receives|both|none"
MEMBERS = [{"handle": "handle", "participant": "id", "roles": ["short"]}]
ROLES = [{"role": "short", "side": SIDE}]
NOTES = [{"about": ["handle"], "text": "text"}]

FIELDS: dict[str, dict[str, Any]] = {
    "match_made": {
        "initiative": "id",
        "members": MEMBERS,
        "term?": {"kind": "fixed|one_off|indefinite", "until?": "day"},
        "asked_by?": "self|family|professional",
        "rhythm_days?": "number",
        "contract_signed?": "bool",
        "grew_from?": "id",
    },
    "contact_emerged": {
        "initiative": "id",
        "members": MEMBERS,
        "open_to_all?": "bool",
        "known_before?": "bool",
        "rhythm_days?": "number",
        "setting?": "short",
        "grew_from?": "id",
    },
    "introduction_held": {"with": ["handle"]},
    "member_joined": {"handle": "handle", "participant": "id", "roles": ["short"]},
    "member_left": {"handle": "handle"},
    "meeting_held": {
        "present": ["handle"],
        "others?": "number",
        "place?": "place",
        "activity?": "short",
        "mood?": "light|serious|mixed|strained",
        "initiated_by?": "handle",
        "minutes?": "number",
        "help?": [{"giver": "handle", "receiver": "handle", "kind": HELP}],
        "shared?": [{"by": "handle", "to?": "handle"}],
    },
    "meeting_missed": {"cancelled_by?": "handle", "notice": "early|late|none"},
    "help_asked": {"by": "handle", "to?": "handle", "kind": HELP},
    "help_offered": {"by": "handle", "to?": "handle", "kind": HELP},
    "moment_noted": {"between": ["handle"], "what": "laughter|confidence|gesture|talk|silence|other"},
    "help_given": {"giver": "handle", "receiver": "handle", "kind": HELP, "asked?": "bool"},
    "roles_reversed": {"reversal": "id", "between": ["handle"], "expected?": "temporary|lasting|open"},
    "roles_restored": {"reversal": "id"},
    "role_taken": {"handle": "handle", "role": "short", "formal": "bool"},
    "role_laid_down": {"handle": "handle", "role": "short"},
    "rhythm_changed": {"rhythm_days": "number", "agreed_by": ["handle"]},
    "term_ended": {"continuation": "left_open|as_volunteering|as_private_contact|winding_down|stopped|not_asked"},
    "term_extended": {"until?": "day"},
    "boundary_agreed": {
        "agreement": "id",
        "kind": "role_formalised|condition_set|expectation_agreed|frequency_agreed|tasks_limited|setting_agreed|naming_agreed",
        "parties": ["party"],
        "tacit?": "bool",
        "prompted_by": "situation|prevention|request",
        "review_on?": "day",
        "replaces?": "id",
    },
    "boundary_lifted": {"agreement": "id"},
    "left_open": {"opening": "id", "about": "nature|roles|continuation|joining_in|needs|background", "by?": ["handle"]},
    "settled": {"opening": "id"},
    "account_given": {
        "named?": "help|friendship|both|neither|alternating|unsure",
        "help?": "degree",
        "friendship?": "degree",
        "direction?": [["handle"]],
        "beside?": "bool",
        "meaning_for?": "self|other",
        "told?": "date",
    },
    "account_coded": {
        "account": "id",
        "code": "short",
        "coder": "id",
        "segment?": {"note": "number", "start": "number", "end": "number"},
    },
    "measure_taken": {"instrument": "name", "version?": "name", "mode": "self|read_aloud|phone", "answers": "answers"},
    "surprise_noticed": {"about": "self|other|need|contact", "meaning_for": "self|other"},
    "tension_felt": {"tension": "id", "kind": "overasked|unclear_expectations|unreliable|irritation|excluded|strain"},
    "tension_eased": {"tension": "id", "how?": "agreement|talk|time|ending"},
    "check_in_held": {"with": ["handle"], "asked_about": "experience|status", "next_on?": "day"},
    "room_made": {"by": "handle", "instrument": "setting|guidance|response", "way": "alternative_offered|left_open"},
    "relationship_ended": {"ended_by": ["handle"], "mode": "mutual|one_sided|drifted", "farewell?": "bool"},
    "relationship_resumed": {},
    "event_retracted": {"event": "id"},
    "event_amended": {"event": "id", "data": "data", "occurred?": "date"},
    "participant_registered": {"name": "text", "contact?": "text"},
    "consent_given": {"scope": "record|research|share", "given?": "written|oral", "by?": "self|guardian"},
    "consent_withdrawn": {"scope": "record|research|share", "given?": "written|oral", "by?": "self|guardian"},
    "participants_joined": {"participant": "id"},
    "participants_parted": {"participant": "id"},
    "participant_erased": {"requested_on": "day", "certificate?": "out"},
    "initiative_registered": {
        "name": "text",
        "kind": "buddy|chores|meeting_place|bonus_family|group|phone_circle|residents|other",
        "guidance": "none|light|intensive",
        "contact": "one_off|fixed|indefinite",
        "roles?": ROLES,
        "place?": "short",
    },
    "roles_registered": {"roles": ROLES},
    "coordinator_appointed": {"coordinator": "id"},
    "coordinator_released": {"coordinator": "id"},
    "initiative_closed": {},
    "initiative_reopened": {},
    "lens_published": {"version": "name", "definition": "object"},
}

STREAMS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(FIELDS, ("relationship",)),
    **dict.fromkeys(("participant_registered", "consent_given", "consent_withdrawn", "participant_erased"), ("participant",)),
    **dict.fromkeys(("participants_joined", "participants_parted"), ("participant",)),
    **dict.fromkeys(
        (
            "initiative_registered",
            "roles_registered",
            "coordinator_appointed",
            "coordinator_released",
            "initiative_closed",
            "initiative_reopened",
        ),
        ("initiative",),
    ),
    "lens_published": ("lens",),
    "room_made": ("relationship", "initiative"),
    **dict.fromkeys(("event_retracted", "event_amended"), ("relationship", "participant", "initiative", "lens")),
}
VIEW_NEEDED = ("account_given", "account_coded", "surprise_noticed", "tension_felt", "left_open")
VIEW_ALLOWED = ("measure_taken",)
AFTER_THE_END = (
    "account_given", "account_coded", "measure_taken", "surprise_noticed", "event_retracted", "event_amended", "relationship_resumed",
)  # fmt: skip
CLOSING = ("member_left", "relationship_ended", "term_ended", "settled", "tension_eased", "boundary_lifted", "roles_restored")
METHODS = [
    "interview",
    "follow_up_interview",
    "observation",
    "focus_group",
    "coordinator_note",
    "self_report",
    "check_in",
    "import",
    "system",
]
KNOWN_SIDES = {
    "volunteer": "gives",
    "host": "gives",
    "driver": "gives",
    "coach": "gives",
    "help_seeker": "receives",
    "participant": "none",
    "member": "none",
    "bonus_grandparent": "both",
    "bonus_family": "both",
}
NO_HANDLES = ("coordinator", "group", "observer", "all", "family", "nobody")

AT_HOME = "initiative/home"
FIXED = {"kind": "fixed", "until": "2022-01-01"}
MEASURE = {"instrument": "scale", "version": "2", "mode": "self", "answers": {"q1": 3, "q2": 0.5}}
LENS = {"name": "own", "version": "1", "weights": {"shared": [0.0, 0.2, 0.0]}}
TENSION, OPENING, REVERSAL, AGREEMENT, MEETING = tension(), opening(), reversal(), agreement("g0"), meeting("a", "b")
SAID = account("a", **about("a"))
CODED = {"account": SAID["id"], "code": "company", "coder": "k", "segment": {"note": 0, "start": 0, "end": 4}}

# Each event with every field filled in, after what has to be recorded before it. Every one of them is taken.
WHOLE: dict[str, tuple[list[Sent], Sent]] = {
    "match_made": (
        [table("ab", relationship="before")],
        pair(term=FIXED, asked_by="self", rhythm_days=7, contract_signed=True, grew_from="before", **about("a", "b")),
    ),
    "contact_emerged": (
        [table("ab", relationship="before")],
        table(known_before=True, rhythm_days=7.5, setting="coffee", grew_from="before", **about("a")),
    ),
    "introduction_held": ([pair()], of("introduction_held", {"with": ["a", "b"], **about("a")})),
    "member_joined": ([pair()], of("member_joined", {**member("c", "participant"), **about("c")})),
    "member_left": ([pair()], of("member_left", {"handle": "b", **about("b")})),
    "meeting_held": (
        [pair()],
        meeting(
            "a",
            "b",
            others=2,
            place="home:b",
            activity="walking",
            mood="light",
            initiated_by="family",
            minutes=90,
            help=[{"giver": "a", "receiver": "group", "kind": "company"}],
            shared=[{"by": "b", "to": "a"}],
            **about("a", "b"),
        ),
    ),
    "meeting_missed": ([pair()], of("meeting_missed", {"cancelled_by": "a", "notice": "late", **about("a")})),
    "help_asked": ([pair()], of("help_asked", {"by": "b", "to": "a", "kind": "practical", **about("b")})),
    "help_offered": ([pair()], of("help_offered", {"by": "a", "to": "b", "kind": "practical", **about("b")})),
    "moment_noted": ([pair()], of("moment_noted", {"between": ["a", "b"], "what": "gesture", **about("a")})),
    "help_given": ([pair()], of("help_given", {"giver": "a", "receiver": "b", "kind": "transport", "asked": True, **about("a")})),
    "roles_reversed": ([pair()], of("roles_reversed", {"reversal": "v1", "between": ["a", "b"], "expected": "open", **about("a")})),
    "roles_restored": ([pair(), REVERSAL], of("roles_restored", {"reversal": "v1", **about("a")}, "2021-04-01")),
    "role_taken": ([pair()], of("role_taken", {"handle": "b", "role": "host", "formal": True, **about("b")})),
    "role_laid_down": ([pair()], of("role_laid_down", {"handle": "b", "role": "help_seeker", **about("b")})),
    "rhythm_changed": ([pair()], of("rhythm_changed", {"rhythm_days": 14, "agreed_by": ["a", "b"], **about("a")})),
    "term_ended": ([pair()], of("term_ended", {"continuation": "left_open", **about("a")})),
    "term_extended": ([pair(term=FIXED)], of("term_extended", {"until": "2022-06-01", **about("a")})),
    "boundary_agreed": (
        [pair(), AGREEMENT],
        agreement(
            on="2021-04-01",
            parties=["a", "coordinator", "all", "role/help_seeker"],
            tacit=False,
            review_on="2021-05-01",
            replaces="g0",
            **about("a"),
        ),
    ),
    "boundary_lifted": ([pair(), AGREEMENT], of("boundary_lifted", {"agreement": "g0", **about("a")}, "2021-04-01")),
    "left_open": ([pair()], opening(by=["a", "coordinator", "group", "nobody"], **about("a"))),
    "settled": ([pair(), OPENING], of("settled", {"opening": "o1", **about("a")}, "2021-04-01")),
    "account_given": (
        [pair()],
        account(
            "a",
            named="both",
            help=0.5,
            friendship=1,
            direction=[["a", "b"], ["b", "a"]],
            beside=True,
            meaning_for="self",
            told="2021-05",
            **about("a", "b"),
        ),
    ),
    "account_coded": ([pair(), SAID], of("account_coded", {**CODED, **about("a")}, "2021-05-01", perspective="a")),
    "measure_taken": ([pair()], of("measure_taken", {**MEASURE, **about("a")}, perspective="a")),
    "surprise_noticed": ([pair()], of("surprise_noticed", {"about": "need", "meaning_for": "other", **about("a")}, perspective="a")),
    "tension_felt": ([pair()], of("tension_felt", {"tension": "t1", "kind": "strain", **about("a")}, perspective="group")),
    "tension_eased": ([pair(), TENSION], of("tension_eased", {"tension": "t1", "how": "talk", **about("a")}, "2021-04-01")),
    "check_in_held": (
        [pair()],
        of("check_in_held", {"with": ["a"], "asked_about": "experience", "next_on": "2021-06-01", **about("a")}),
    ),
    "room_made": ([pair()], of("room_made", {"by": "a", "instrument": "response", "way": "left_open", **about("a")})),
    "relationship_ended": (
        [pair()],
        ended(ended_by=["a", "coordinator", "family"], mode="one_sided", farewell=False, **about("a")),
    ),
    "relationship_resumed": ([pair(), ended()], of("relationship_resumed", about("a"), "2021-09-01")),
    "event_retracted": ([pair(), MEETING], of("event_retracted", {"event": MEETING["id"], **about("a")})),
    "event_amended": (
        [pair(), MEETING],
        of("event_amended", {"event": MEETING["id"], "data": {"present": ["a"]}, "occurred": "2021-03", **about("a")}),
    ),
    "participant_registered": ([], event("participant_registered", "participant/new", {"name": "N", "contact": "06", **about()})),
    "consent_given": ([], event("consent_given", "participant/person-a", {"scope": "share", "given": "oral", "by": "self", **about()})),
    "consent_withdrawn": (
        [],
        event("consent_withdrawn", "participant/person-a", {"scope": "record", "given": "written", "by": "guardian", **about()}),
    ),
    "participants_joined": ([], event("participants_joined", "participant/person-a", {"participant": "person-b", **about()})),
    "participants_parted": (
        [event("participants_joined", "participant/person-a", {"participant": "person-b"}, "2021-02-01")],
        event("participants_parted", "participant/person-a", {"participant": "person-b", **about()}),
    ),
    "initiative_registered": (
        [],
        initiative("new", roles=[{"role": "cook", "side": "gives"}, {"role": "guest", "side": "none"}], place="old town", **about()),
    ),
    "roles_registered": ([], event("roles_registered", AT_HOME, {"roles": [{"role": "cook", "side": "gives"}], **about()})),
    "coordinator_appointed": ([], event("coordinator_appointed", AT_HOME, {"coordinator": "k", **about()})),
    "coordinator_released": (
        [event("coordinator_appointed", AT_HOME, {"coordinator": "k"}, "2021-01-01")],
        event("coordinator_released", AT_HOME, {"coordinator": "k", **about()}),
    ),
    "initiative_closed": ([], event("initiative_closed", AT_HOME, about())),
    "initiative_reopened": ([event("initiative_closed", AT_HOME, {}, "2021-01-01")], event("initiative_reopened", AT_HOME, about())),
    "lens_published": ([], event("lens_published", "lens/own", {"version": "1", "definition": LENS, **about()})),
}
