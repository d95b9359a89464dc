"""The one refusal of this package. Nothing is checked by a truth value that somebody could forget to look at."""


class Unproven(Exception):
    """A proof, a note, a key or a question that does not hold; the message says why."""
