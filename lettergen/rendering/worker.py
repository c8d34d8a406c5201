"""The process that makes letters: it reads messages, answers them, and can be killed at any time.

Run as `python -m lettergen.rendering.worker`. It is given everything it may know through its
standard input; it holds no settings, no database and no network.
"""

import gc
import os
import shutil
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from lettergen.refusals import Refused
from lettergen.rendering import confinement, fonts, frames
from lettergen.rendering.refusals import TOO_LARGE, TooLarge, as_plain

# Nobody waits for the garbage of a letter to be collected, unless letters come without a pause.
IDLE_SECONDS = 0.05
MOST_UNCOLLECTED = 32


def main() -> None:
    """Answer messages from standard input until it closes."""
    try:
        with suppress(frames.Gone):
            _serve()
    finally:
        # An owner that was killed cannot tidy up behind its worker.
        shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)


def _serve() -> None:
    answers = os.dup(1)
    # Whatever a library prints must not be taken for an answer.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    task, _ = frames.receive(0)
    try:
        workshop = _open_workshop(task)
    except Refused as refusal:
        frames.send(answers, frames.pack({"refused": as_plain(refusal)}, []))
        return
    except Exception as fault:  # noqa: BLE001 – carried to the owner, who raises it
        frames.send(answers, frames.pack({"fault": _trace(fault)}, []))
        return
    frames.send(answers, frames.pack({"ready": True}, []))
    uncollected = 0
    while True:
        if uncollected == MOST_UNCOLLECTED or not frames.is_waiting(0, IDLE_SECONDS):
            gc.collect()
            uncollected = 0
        header, files = frames.receive(0)
        frames.send(answers, _answer(workshop, header, files))
        uncollected += 1


def _open_workshop(task: dict[str, Any]) -> Any:
    shipped = Path(task["fonts"])
    fonts.use_only(shipped)
    try:
        # WeasyPrint reads the settings of the fonts while it is imported.
        from lettergen.rendering.workshop import Workshop  # noqa: PLC0415

        folders = [Path(folder) for folder in task["templates"]]
        workshop = Workshop(folders, shipped, task["seconds"])
    finally:
        fonts.forget_settings()
    confinement.confine(task["megabytes"])
    gc.freeze()
    gc.disable()
    return workshop


def _answer(workshop: Any, header: dict[str, Any], files: list[bytes]) -> bytes:
    try:
        return frames.pack(*workshop.answer(header, files))
    except Refused as refusal:
        answer: dict[str, Any] = {"refused": as_plain(refusal)}
    except (MemoryError, frames.Oversized):
        answer = {"refused": as_plain(TooLarge(TOO_LARGE)), "is_spent": True}
    except Exception as fault:  # noqa: BLE001 – carried to the owner, who raises it
        answer = {"fault": _trace(fault), "is_spent": True}
    return frames.pack(answer, [])


def _trace(fault: Exception) -> str:
    # The words of an exception may be a patient's, so only its kind and its lines are kept.
    lines = traceback.format_list(traceback.extract_tb(fault.__traceback__))
    return f"{type(fault).__name__} in a rendering worker\n{''.join(lines)}"


if __name__ == "__main__":
    main()
