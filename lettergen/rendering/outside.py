"""A file from outside becomes pictures, in a process of its own that can do nothing else.

PDF, JPEG and PNG alike are opened only there: with little memory and time, without network and
programs, and gone afterwards. What comes back are pictures, drawn anew.
"""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore

from lettergen.refusals import Refused
from lettergen.rendering import frames, photographs, process
from lettergen.rendering.confinement import allow_seconds, confine
from lettergen.rendering.photographs import JPEG, PDF, PNG
from lettergen.rendering.refusals import TookTooLong, TooLarge, UnfitPicture, as_plain, from_plain

MOST_PAGES = 60
MEGABYTES = 1024
SECONDS = 30
UNOPENED = (
    "This file could not be opened safely: it is damaged, or built to do harm. "
    "Ask for it again as a plain PDF, JPEG or PNG, or scan it from paper."
)
# A small practice's machine has two cores: the third file waits.
_at_once = BoundedSemaphore(2)


@dataclass(frozen=True)
class Drawn:
    """What a file came to: its own kind, and a JPEG of each page."""

    media_type: str
    pages: tuple[bytes, ...]


def draw(data: bytes, *, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> Drawn:
    """Return the pictures of a PDF, JPEG or PNG of at most 20 MB, whatever its name ends in.

    Raises UnfitPicture or UnreadablePdf, in words for whoever sent it, for anything else: other
    kinds, damaged or locked files, more than 60 pages, and what needs too much memory or time.
    """
    media_type = photographs.kind_of(data, allowed=(JPEG, PNG, PDF))
    with _at_once:
        header, pages = _asked(data, media_type, seconds, megabytes)
    if "refused" in header:
        raise from_plain(header["refused"])
    return Drawn(media_type, tuple(pages))


def _asked(data: bytes, media_type: str, seconds: float, megabytes: int) -> frames.Message:
    limits = {"media_type": media_type, "seconds": seconds, "megabytes": megabytes}
    with TemporaryDirectory(prefix="lettergen-outside-") as folder:
        child = subprocess.Popen(
            (sys.executable, "-s", "-P", "-m", "lettergen.rendering.outside"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=process.environment(os.environ) | {"TMPDIR": folder},
            cwd=folder,
            start_new_session=True,
            bufsize=0,
        )
        try:
            return _answer_of(child, frames.pack(limits, [data]), seconds)
        except frames.Late:
            raise _took_too_long() from None
        except (frames.Gone, frames.Oversized, ValueError) as fault:
            if child.wait() == -signal.SIGXCPU:
                raise _took_too_long() from None
            raise UnfitPicture(UNOPENED) from fault
        finally:
            child.kill()
            child.communicate()


def _answer_of(child: "subprocess.Popen[bytes]", message: bytes, seconds: float) -> frames.Message:
    if child.stdin is None or child.stdout is None:
        raise frames.Gone
    deadline = time.monotonic() + process.STARTING_SECONDS + seconds
    os.set_blocking(child.stdin.fileno(), False)
    frames.send(child.stdin.fileno(), message, deadline)
    return frames.receive(child.stdout.fileno(), deadline)


def _took_too_long() -> UnfitPicture:
    return UnfitPicture(
        "This file took too long to open. Ask for it again as a plain PDF, or scan it from paper."
    )


def main() -> None:
    """Draw the one file that comes on standard input, confined, and answer on standard output."""
    answers = os.dup(1)
    # Whatever a library prints must not be taken for an answer.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    header, files = frames.receive(0)
    from lettergen.rendering import pages_of  # noqa: PLC0415 – loaded only in the child

    confine(header["megabytes"])
    allow_seconds(header["seconds"])
    try:
        drawn = pages_of.pages(files[0], header["media_type"], MOST_PAGES)
        answer = frames.pack({}, drawn)
    except (MemoryError, TooLarge, TookTooLong, frames.Oversized):
        answer = frames.pack({"refused": as_plain(UnfitPicture(UNOPENED))}, [])
    except Refused as refusal:
        answer = frames.pack({"refused": as_plain(refusal)}, [])
    frames.send(answers, answer)


if __name__ == "__main__":
    main()
