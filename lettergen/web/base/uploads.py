"""Files from outside: the few views that take one say how large it may be."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request

from lettergen.refusals import Refused

View = TypeVar("View", bound=Callable[..., Any])
MEGABYTE = 1024 * 1024
# Beside the file itself: the other fields, and what stands between them.
_AROUND = MEGABYTE


class NoFile(Refused):
    """A button that sends a file was pressed, and none was chosen."""


def takes_file(megabytes: int) -> Callable[[View], View]:
    """Mark a view as taking a file of at most so many megabytes; it stands next to @enter."""

    def declare(view: View) -> View:
        view.most_bytes = megabytes * MEGABYTE + _AROUND  # type: ignore[attr-defined]
        return view

    return declare


def allow_uploads(app: Flask) -> None:
    """Let marked views take their files; call it before any check that reads the form."""

    @app.before_request
    def widen() -> None:
        view = current_app.view_functions.get(request.endpoint or "")
        most = getattr(view, "most_bytes", None)
        if most is not None:
            request.max_content_length = most


def file_sent(name: str, ask: str) -> bytes:
    """Return the content of the file that was sent under a name; raise NoFile, which says `ask`."""
    sent = request.files.get(name)
    data = sent.read() if sent else b""
    if sent:
        sent.close()
    if not data:
        raise NoFile(ask)
    return data
