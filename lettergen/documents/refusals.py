"""What can stand in the way of a letter, as people are told it."""

from datetime import datetime

from lettergen.forms import Typed
from lettergen.refusals import Refused


class NotFound(Refused):
    """The actor's practice has no such draft, review, document or file."""


class NotIssuable(Refused):
    """The answers do not make a letter yet; `reasons` lists what is wrong or missing."""


class LookAgain(Refused):
    """Something changed after the letter was shown: it has to be reviewed again."""


class Superseded(Refused):
    """The letter was replaced by another one already; the text says which, where it is known."""


class Closed(Refused):
    """The draft is issued (as `document_id`) or discarded (None) already."""

    def __init__(self, message: str, document_id: str | None) -> None:
        super().__init__(message)
        self.document_id = document_id


class Conflict(Refused):
    """Somebody saved another text since this page was opened; nothing was overwritten."""

    def __init__(
        self, theirs: Typed, revision: int, saved_by: str | None, saved_at: datetime
    ) -> None:
        super().__init__(
            f"{saved_by or 'Somebody'} saved other answers after you opened this page. "
            "Yours are still here: compare both, and save what is right."
        )
        self.theirs = theirs
        self.revision = revision
        self.saved_by = saved_by
        self.saved_at = saved_at
