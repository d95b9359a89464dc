"""The places that a grant names: whether they are there, as far as whoever asks may see."""

from domain.model.errors import missing
from domain.model.roles import Reach
from projections.views.questions import Questions


def check_places(questions: Questions, reach: Reach) -> None:
    """Raises `Refused` where an initiative or a relationship of a reach is not there."""
    streams = {f"initiative/{id}" for id in reach.initiatives or ()} | {f"relationship/{id}" for id in reach.relationships or ()}
    if lacking := sorted(streams - questions.seen(streams)):
        raise missing("place_unknown", None, stream=lacking[0])
