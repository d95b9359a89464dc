"""The rules about coding what somebody said, in English and in Dutch; see `domain.model.rules`."""

CODING_RULES: dict[str, tuple[str, str]] = {
    "account_unknown": (
        "'{account}' is no account here that stands. Name an account_given of this relationship by its id.",
        "'{account}' is hier geen verhaal dat staat. Noem een account_given van deze relatie met zijn id.",
    ),
    "account_of_another": (
        "The account '{account}' is that of {holder}; `perspective` says so too.",
        "Het verhaal '{account}' is van {holder}; dat staat ook in `perspective`.",
    ),
    "segment_note": (
        "The account has {count} texts; a segment names one of them, from 0.",
        "Het verhaal heeft {count} teksten; een fragment noemt er een van, vanaf 0.",
    ),
    "codebook_bad": ("This is no codebook: {detail}.", "Dit is geen codeboek: {detail}."),
    "qda_form": (
        "This is no REFI-QDA project (.qdpx) that can be read: {detail}.",
        "Dit is geen REFI-QDA-project (.qdpx) dat gelezen kan worden: {detail}.",
    ),
    "qda_outside": (
        "A coding of '{account}' ends at {end}, beyond its text of {length} characters. Export the texts anew, and code those.",
        "Een codering van '{account}' eindigt bij {end}, voorbij de tekst van {length} tekens. Exporteer de teksten opnieuw, en codeer die.",
    ),
    "segment_order": (
        "A segment ends after it begins: `end` is the character after its last.",
        "Een fragment eindigt na zijn begin: `end` is het teken na het laatste.",
    ),
}
