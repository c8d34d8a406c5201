"""The one exception that a person can mend."""


class Refused(Exception):
    """Something a person can put right; the text is fit to show and says what to do next.

    Raise it where the fault is known and catch it in a skin (web, command line).
    `reasons` lists the single faults where there are several.
    """

    def __init__(self, message: str, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.reasons = reasons
