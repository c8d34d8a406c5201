"""What can stand in the way of a request, as people are told it."""

from lettergen.documents.refusals import NotFound
from lettergen.refusals import Refused


class NoSuchRequest(NotFound):
    """The actor's practice has no such request, or it is not for the actor's eyes."""


class NoSuchRequester(NotFound):
    """The actor's practice has no such organisation in its address book."""


class NotPossible(Refused):
    """A request cannot make this move: the text says why, and what to do next.

    `guard` is the code of the rule that held it back, None where there is no such move at all.
    """

    def __init__(self, message: str, guard: str | None = None) -> None:
        super().__init__(message)
        self.guard = guard


class ChangedMeanwhile(Refused):
    """Somebody else changed the request after this page was opened; nothing was overwritten."""

    def __init__(self, revision: int) -> None:
        super().__init__(
            "Somebody else changed this request after you opened it. Nothing of yours was saved "
            "over theirs. Open the request again, look at what is new, and then decide."
        )
        self.revision = revision
