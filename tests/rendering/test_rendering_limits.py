"""A letter that would take for ever, or all memory, is stopped; the next letter is made."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from lettergen.rendering import Busy, Interrupted, Renderer, Sheet, TookTooLong, TooLarge

SECONDS = 3
# A worker that was killed takes its time to start again, more so on a busy machine.
MOST_SECONDS = 30


@pytest.fixture(scope="module")
def strict() -> Iterator[Renderer]:
    with Renderer([Path(__file__).parent / "templates"], seconds=SECONDS, megabytes=700) as one:
        yield one


@pytest.mark.slow
def test_a_worker_whose_owner_was_killed_leaves_no_folder(tmp_path: Path) -> None:
    program = (
        "import time; from lettergen.rendering import Renderer; "
        "Renderer([]); print('started', flush=True); time.sleep(60)"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    with owner, suppress(ProcessLookupError):
        assert owner.stdout
        owner.stdout.readline()
        assert list(tmp_path.iterdir())
        owner.kill()

    end = time.monotonic() + MOST_SECONDS
    while list(tmp_path.iterdir()):
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("template", "values"),
    [
        ("loops-for-ever", {"many": list(range(1000))}),
        ("page-without-end", {"text": "word " * 3000}),
    ],
)
def test_a_letter_without_end_is_stopped(
    strict: Renderer, sheet_of: Any, sound: Sheet, template: str, values: dict[str, Any]
) -> None:
    began = time.monotonic()

    with pytest.raises(TookTooLong, match="took too long"):
        strict.render(sheet_of(template, **values))

    assert time.monotonic() - began < MOST_SECONDS
    assert strict.render(sound).pages == 1


@pytest.mark.slow
def test_a_letter_that_eats_memory_is_stopped(
    strict: Renderer, sheet_of: Any, sound: Sheet
) -> None:
    with pytest.raises(TooLarge):
        strict.render(sheet_of("memory-without-end", many=list(range(1000))))

    assert strict.render(sound).pages == 1


@pytest.mark.slow
def test_a_table_of_two_thousand_rows_is_made_or_refused(
    renderer: Renderer, sheet_of: Any, sound: Sheet
) -> None:
    sheet = sheet_of("table-long", rows=list(range(2000)))

    # Seconds on a quiet machine, more than a letter may take on a busy one.
    with suppress(TookTooLong):
        assert renderer.render(sheet).pages > 40

    assert renderer.render(sound).pages == 1


def test_answers_of_ten_megabytes_are_refused_at_once(renderer: Renderer, sheet_of: Any) -> None:
    began = time.monotonic()

    with pytest.raises(TooLarge, match="too long for one letter"):
        renderer.render(sheet_of("names", names=["x" * 10_000_000]))

    assert time.monotonic() - began < 2


def test_a_worker_killed_between_letters_is_replaced(renderer: Renderer, sound: Sheet) -> None:
    renderer.render(sound)
    [worker] = workers(renderer)

    os.kill(worker, signal.SIGKILL)

    assert renderer.render(sound).pages == 1
    assert workers(renderer) != [worker]


def test_a_worker_killed_in_the_middle_is_asked_once_more(
    renderer: Renderer, sheet_of: Any
) -> None:
    renderer.render(sheet_of("table-long", rows=[1]))
    [worker] = workers(renderer)
    killing = threading.Timer(0.2, os.kill, (worker, signal.SIGKILL))

    killing.start()
    made = renderer.render(sheet_of("table-long", rows=list(range(150))))

    killing.join()
    assert made.pages > 1


@pytest.mark.slow
def test_a_letter_whose_workers_all_die_is_refused(
    strict: Renderer, sheet_of: Any, sound: Sheet
) -> None:
    strict.render(sound)
    over = threading.Event()

    def kill_all() -> None:
        while not over.wait(0.05):
            for worker in workers(strict):
                os.kill(worker, signal.SIGKILL)

    killing = threading.Thread(target=kill_all)
    killing.start()
    try:
        with pytest.raises(Interrupted, match="stopped twice"):
            strict.render(sheet_of("loops-for-ever", many=list(range(1000))))
    finally:
        over.set()
        killing.join()

    assert strict.render(sound).pages == 1


@pytest.mark.slow
def test_a_worker_that_hangs_holds_nobody(strict: Renderer, sound: Sheet) -> None:
    strict.render(sound)
    [worker] = workers(strict)
    os.kill(worker, signal.SIGSTOP)

    with pytest.raises(TookTooLong):
        strict.render(sound)

    assert strict.render(sound).pages == 1


def test_who_waits_too_long_for_a_free_worker_is_told(templates: Path, sound: Sheet) -> None:
    with Renderer([templates], seconds=1) as renderer:
        [worker] = workers(renderer)
        os.kill(worker, signal.SIGSTOP)
        first = threading.Thread(target=renderer.render, args=(sound,))
        first.start()

        with pytest.raises(Busy, match="Try again"):
            renderer.render(sound)

        os.kill(worker, signal.SIGCONT)
        first.join()


def test_a_closed_renderer_leaves_no_process_and_no_file(
    templates: Path, sound: Sheet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    renderer = Renderer([templates], workers=2)
    started = workers(renderer)

    renderer.close()

    assert len(started) == 2
    assert workers(renderer) == []
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(RuntimeError, match="closed"):
        renderer.render(sound)


def workers(renderer: Renderer) -> list[int]:
    """Return the process numbers of the workers of this renderer that are alive."""
    numbers = [seat._worker._process for seat in renderer._seats]
    return [process.pid for process in numbers if process.poll() is None]
