"""What each word of the closed lists means: beside `domain.model.meanings`, for the same schemas and held by the same test."""

WORDS: dict[str, tuple[str, dict[str, str]]] = {
    "Side": (
        "On which side of help a role stands.",
        {
            "gives": "Gives help.",
            "receives": "Receives help.",
            "both": "Gives and receives.",
            "none": "Neither; the role says nothing about it.",
        },
    ),
    "TermKind": (
        "What kind of term a match has.",
        {
            "fixed": "Until a day that was agreed.",
            "one_off": "For one meeting; it lapses at the start of the day after.",
            "indefinite": "Until it is ended.",
        },
    ),
    "AskedBy": (
        "Who asked for a match.",
        {"self": "The one to be helped.", "family": "Their family.", "professional": "Somebody whose work it is."},
    ),
    "Mood": (
        "How a meeting was.",
        {"light": "Light-hearted.", "serious": "Serious.", "mixed": "Now the one, now the other.", "strained": "Strained."},
    ),
    "Notice": (
        "How long before a meeting it was called off.",
        {"early": "In good time.", "late": "At the last moment.", "none": "Not at all."},
    ),
    "HelpKind": (
        "What help was.",
        {
            "practical": "A task that was done.",
            "emotional": "Listening, comfort.",
            "transport": "A ride, or going along.",
            "company": "Being there.",
            "guidance": "Showing or explaining how.",
        },
    ),
    "MomentKind": (
        "What a moment was.",
        {
            "laughter": "They laughed.",
            "confidence": "Something was confided; what, is never recorded.",
            "gesture": "A gesture.",
            "talk": "A good talk.",
            "silence": "Being silent together.",
            "other": "Something else.",
        },
    ),
    "Expected": (
        "For how long a reversal of roles was expected to be.",
        {"temporary": "For a while.", "lasting": "For good.", "open": "That was left open."},
    ),
    "Continuation": (
        "What followed the end of a term.",
        {
            "left_open": "It was left open on purpose.",
            "as_volunteering": "They go on as volunteering.",
            "as_private_contact": "They go on in private.",
            "winding_down": "It is slowly coming to an end.",
            "stopped": "It stopped; the relationship ends.",
            "not_asked": "Nobody asked.",
        },
    ),
    "AgreementKind": (
        "What was agreed on.",
        {
            "role_formalised": "A role was made official.",
            "condition_set": "A condition.",
            "expectation_agreed": "What may be expected.",
            "frequency_agreed": "How often they meet.",
            "tasks_limited": "What is done and what is not.",
            "setting_agreed": "Where they meet.",
            "naming_agreed": "What to call it.",
        },
    ),
    "PromptedBy": (
        "What an agreement came from.",
        {"situation": "Something that happened.", "prevention": "To be ahead of something.", "request": "Somebody asked for it."},
    ),
    "OpenAbout": (
        "What is left open.",
        {
            "nature": "What the contact is.",
            "roles": "Who is what in it.",
            "continuation": "Whether and how it goes on.",
            "joining_in": "Whether somebody takes part.",
            "needs": "What somebody needs.",
            "background": "Where somebody comes from.",
        },
    ),
    "Named": (
        "What a holder calls the contact.",
        {
            "help": "Help.",
            "friendship": "Friendship.",
            "both": "Both at once.",
            "neither": "Neither.",
            "alternating": "Now the one, now the other.",
            "unsure": "They cannot say.",
        },
    ),
    "MeaningFor": ("For whom something means something.", {"self": "For the one who says so.", "other": "For the other."}),
    "MeasureMode": (
        "How a questionnaire was answered.",
        {"self": "By themselves.", "read_aloud": "It was read to them.", "phone": "By phone."},
    ),
    "SurpriseAbout": (
        "By what somebody was surprised.",
        {"self": "By themselves.", "other": "By the other.", "need": "By what was needed.", "contact": "By the contact."},
    ),
    "TensionKind": (
        "What a strain is.",
        {
            "overasked": "Too much is asked.",
            "unclear_expectations": "It is not clear what is expected.",
            "unreliable": "The other cannot be relied on.",
            "irritation": "Irritation.",
            "excluded": "Being left out.",
            "strain": "Something else that weighs.",
        },
    ),
    "EasedHow": (
        "What eased a strain.",
        {"agreement": "An agreement.", "talk": "A talk.", "time": "Time.", "ending": "Something that ended."},
    ),
    "AskedAbout": (
        "What a check-in asked about.",
        {"experience": "How it is for them.", "status": "Whether it still goes on."},
    ),
    "RoomInstrument": (
        "By what room was made.",
        {
            "setting": "By how the place and the activities are arranged.",
            "guidance": "By how people are guided.",
            "response": "By how somebody answered.",
        },
    ),
    "RoomWay": (
        "How room was made.",
        {"alternative_offered": "Another way was offered.", "left_open": "It was left open."},
    ),
    "EndMode": (
        "How a relationship ended.",
        {"mutual": "Together.", "one_sided": "By one of them.", "drifted": "It faded of itself."},
    ),
    "ConsentScope": (
        "What a participant consents to.",
        {
            "record": "That the platform records their relationships.",
            "research": "That researchers read them under a pseudonym.",
            "share": "That they are shared with other organisations.",
        },
    ),
    "ConsentForm": ("In which form consent was given.", {"written": "In writing.", "oral": "By word of mouth."}),
    "ConsentBy": ("Who consented.", {"self": "The participant.", "guardian": "Somebody who may do so for them."}),
    "InitiativeKind": (
        "What an initiative is.",
        {
            "buddy": "Buddies.",
            "chores": "Help with chores.",
            "meeting_place": "A place to meet.",
            "bonus_family": "Bonus grandparents and families.",
            "group": "A group with an activity.",
            "phone_circle": "A circle that phones.",
            "residents": "Residents of one place.",
            "other": "Something else.",
        },
    ),
    "Guidance": (
        "How much the contacts of an initiative are guided.",
        {"none": "Not.", "light": "Lightly.", "intensive": "Intensively."},
    ),
    "ContactKind": (
        "For how long the contacts of an initiative are meant.",
        {"one_off": "For once.", "fixed": "For a time that is agreed.", "indefinite": "Without an end."},
    ),
    "Method": (
        "How something became known.",
        {
            "interview": "In an interview.",
            "follow_up_interview": "In a later interview.",
            "observation": "By being there.",
            "focus_group": "In a talk with a group.",
            "coordinator_note": "From a coordinator's note.",
            "self_report": "Somebody reported it themselves.",
            "check_in": "At a check-in.",
            "import": "From another system.",
            "system": "The platform itself noted it.",
        },
    ),
}
"""By the name of the list in `domain.model.words`: what the list is of, and what each word says."""
