"""Keeps warm workers, hands each letter to one of them, and puts limits to it."""

import hashlib
import queue
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lettergen.rendering import frames, refusals, sheets
from lettergen.rendering.process import Limits, Seat, Task, WorkerFault
from lettergen.rendering.refusals import Busy, TooLarge
from lettergen.rendering.sheets import Rendered, Sheet

SHIPPED_FONTS = Path(__file__).resolve().parents[1] / "static" / "fonts"
LARGEST_VALUES = 4 * 1024 * 1024


class Renderer:
    """A pool of warm worker processes; may be used by several threads, and in `with`.

    A template in a later one of the `template_folders` goes before one of the same name in an
    earlier: the practice's own come last, as in the settings. A letter may take `seconds` of time
    and a worker `megabytes` of address space; after `renders_per_worker` letters a worker is
    replaced.
    The workers are started at once and warm up in the background. A thread waits for a free
    worker no longer than a letter may take.
    """

    def __init__(
        self,
        template_folders: Sequence[Path],
        *,
        workers: int = 1,
        seconds: float = 20,
        megabytes: int = 1024,
        renders_per_worker: int = 200,
        fonts: Path = SHIPPED_FONTS,
    ) -> None:
        limits = Limits(seconds, megabytes, renders_per_worker)
        task = Task(tuple(reversed(template_folders)), fonts, limits)
        self._seconds = seconds
        self._seats = [Seat(task) for _ in range(workers)]
        self._free: queue.LifoQueue[Seat] = queue.LifoQueue()
        for seat in self._seats:
            self._free.put(seat)

    def render(self, sheet: Sheet) -> Rendered:
        """Return the PDF of a sheet, which has passed every gate.

        Raises one of the refusals of this package where a person can mend the cause, and
        TypeError or ValueError where the sheet holds more than plain values.
        """
        header = {"do": "render", "sheet": sheets.as_plain(sheet), "images": list(sheet.images)}
        answer, [pdf] = self._ask(header, list(sheet.images.values()))
        return Rendered(pdf, hashlib.sha256(pdf).hexdigest(), answer["pages"], answer["engine"])

    def page(self, sheet: Sheet) -> str:
        """Return a sheet as an HTML fragment, one `<article class="letter" lang="…">`.

        Everything in it that was typed is escaped, and it holds nothing that acts or fetches.
        Raises BrokenTemplate or MissingGlyph, where `render` would, and its other refusals.
        """
        header = {"do": "page", "sheet": sheets.as_plain(sheet)}
        text: str = self._ask(header, [])[0]["page"]
        return text

    def pictures(self, pdf: bytes, *, width: int = 1000) -> list[bytes]:
        """Return each page of a PDF as a PNG of so many pixels in width."""
        return self._ask({"do": "pictures", "width": width}, [pdf])[1]

    def close(self) -> None:
        """End all workers; a letter in the making is lost."""
        for seat in self._seats:
            seat.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _ask(self, header: dict[str, Any], files: list[bytes]) -> frames.Message:
        message = _pack(header, files)
        try:
            seat = self._free.get(timeout=self._seconds)
        except queue.Empty:
            raise Busy("Other letters are being made. Try again in a moment.") from None
        try:
            answer, made = seat.ask(message)
        finally:
            self._free.put(seat)
        if "refused" in answer:
            raise refusals.from_plain(answer["refused"])
        if "fault" in answer:
            raise WorkerFault(answer["fault"])
        return answer, made


def _pack(header: dict[str, Any], files: list[bytes]) -> bytes:
    try:
        message = frames.pack(header, files)
    except frames.Oversized:
        raise TooLarge("The letter holds too much to be made. Take out large pictures.") from None
    if len(message) - sum(map(len, files)) > LARGEST_VALUES:
        raise TooLarge("The answers are too long for one letter. Shorten the longest texts.")
    return message
