"""One worker process as its owner sees it: started, asked, killed and replaced."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, BinaryIO, cast

from lettergen.rendering import frames, refusals
from lettergen.rendering.refusals import TOO_LARGE, Interrupted, TookTooLong, TooLarge

STARTING_SECONDS = 30
PACKAGE_PARENT = Path(__file__).resolve().parents[2]
# What a worker may know of the world around it: where libraries and caches are, no secret.
PASSED_ON = (
    "HOME",
    "XDG_CACHE_HOME",
    "LD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "WEASYPRINT_DLL_DIRECTORIES",
)
# GLib ends a process that gets no memory by a trap or an abort; C code without checks by the rest.
CLOSED = "this renderer has been closed"
OUT_OF_MEMORY = {-signal.SIGABRT, -signal.SIGTRAP, -signal.SIGSEGV, -signal.SIGBUS}


class WorkerFault(RuntimeError):
    """A fault in the rendering code itself, with the lines of the worker that led to it."""


@dataclass(frozen=True)
class Limits:
    """What one worker may use: seconds for a letter, megabytes in all, letters in its life."""

    seconds: float
    megabytes: int
    renders: int


@dataclass(frozen=True)
class Task:
    """Where a worker finds templates and fonts, and its limits."""

    templates: tuple[Path, ...]
    fonts: Path
    limits: Limits

    def as_plain(self) -> dict[str, Any]:
        """Return the task as plain values, to be sent to a worker."""
        return {
            "templates": [str(folder.resolve()) for folder in self.templates],
            "fonts": str(self.fonts.resolve()),
            "seconds": self.limits.seconds,
            "megabytes": self.limits.megabytes,
        }


class Seat:
    """A place for one worker, which is filled again when the worker ends or is spent.

    Used by one thread at a time, but for `close`.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._guard = threading.Lock()
        self._asking = threading.Lock()
        self._is_closed = False
        self._worker = Worker(task)
        self._owner = os.getpid()

    def ask(self, message: bytes) -> frames.Message:
        """Return the worker's answer; a worker that dies is replaced, and asked once more.

        Raises TookTooLong, TooLarge or Interrupted; the next letter finds a fresh worker.
        """
        with self._asking:
            if self._is_closed:
                raise RuntimeError(CLOSED)
            if self._owner != os.getpid():
                # A server that forks after loading the program would share one worker's pipes.
                self._replace()
            for _ in range(2):
                answer = self._ask_once(message)
                if answer:
                    return answer
        raise Interrupted(
            "The letter could not be made: the program that draws it stopped twice. "
            "Try again, and tell whoever looks after lettergen if it happens again."
        )

    def close(self) -> None:
        """End the worker for good; who waits for its answer gets a RuntimeError."""
        with self._guard:
            self._is_closed = True
            if self._owner == os.getpid():
                self._worker.kill()
        with self._asking:
            self._worker.shut()

    def _ask_once(self, message: bytes) -> frames.Message | None:
        """Return the answer, or None where a worker died for no reason that can be told."""
        try:
            answer = self._worker.ask(message)
        except frames.Late:
            self._replace()
            raise _took_too_long() from None
        except frames.Oversized:
            self._replace()
            raise _too_large() from None
        except frames.Gone:
            _refuse_by_exit(self._replace())
            return None
        if self._worker.is_spent or answer[0].get("is_spent"):
            self._replace()
        return answer

    def _replace(self) -> int:
        """Start another worker, and return how the one before it ended."""
        with self._guard:
            code = self._worker.kill() if self._owner == os.getpid() else 0
            if self._is_closed:
                raise RuntimeError(CLOSED)
            self._worker.shut()
            self._worker, self._owner = Worker(self._task), os.getpid()
            return code


class Worker:
    """A running worker process."""

    def __init__(self, task: Task) -> None:
        self._limits = task.limits
        self._served = 0
        self._is_ready = False
        # Whatever the worker lays down for a moment goes with it, however it ends.
        self._folder = mkdtemp(prefix="lettergen-worker-")
        self._process = subprocess.Popen(
            # No folder of the caller's in front of the path, and none of the user's behind it.
            (sys.executable, "-s", "-P", "-m", "lettergen.rendering.worker"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(os.environ) | {"TMPDIR": self._folder},
            start_new_session=True,
            bufsize=0,
        )
        self._into = cast("BinaryIO", self._process.stdin)
        self._out_of = cast("BinaryIO", self._process.stdout)
        os.set_blocking(self._into.fileno(), False)
        first = frames.pack(task.as_plain(), [])
        frames.send(self._into.fileno(), first, time.monotonic() + STARTING_SECONDS)

    @property
    def is_spent(self) -> bool:
        """Say whether the worker has made as many letters as it may."""
        return self._served >= self._limits.renders

    def ask(self, message: bytes) -> frames.Message:
        """Send a packed message and return the answer; raises Late, Gone or Oversized."""
        self._wait_until_ready()
        self._served += 1
        deadline = time.monotonic() + self._limits.seconds
        frames.send(self._into.fileno(), message, deadline)
        return frames.receive(self._out_of.fileno(), deadline)

    def kill(self) -> int:
        """End the process at once and return how it ended, as `subprocess` numbers it."""
        self._process.kill()
        code = self._process.wait()
        rmtree(self._folder, ignore_errors=True)
        return code

    def shut(self) -> None:
        """Close the pipes to a process that has ended."""
        self._into.close()
        self._out_of.close()

    def _wait_until_ready(self) -> None:
        if not self._is_ready:
            answer, _ = frames.receive(self._out_of.fileno(), time.monotonic() + STARTING_SECONDS)
            if "refused" in answer:
                raise refusals.from_plain(answer["refused"])
            if "fault" in answer:
                raise WorkerFault(answer["fault"])
            self._is_ready = True


def environment(ours: Mapping[str, str]) -> dict[str, str]:
    """Return the whole environment of a worker, which holds none of the program's settings."""
    passed_on = {name: ours[name] for name in PASSED_ON if name in ours}
    fixed = {"LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0", "PYTHONPATH": str(PACKAGE_PARENT)}
    # A thread's own heap reserves address space that it never uses, and RLIMIT_AS counts that.
    fixed["MALLOC_ARENA_MAX"] = "1"
    return passed_on | fixed


def _refuse_by_exit(code: int) -> None:
    if code == -signal.SIGXCPU:
        raise _took_too_long()
    if code in OUT_OF_MEMORY:
        raise _too_large()


def _took_too_long() -> TookTooLong:
    return TookTooLong(
        "The letter took too long to make and was stopped. Shorten the longest texts and lists, "
        "or have its template looked at."
    )


def _too_large() -> TooLarge:
    return TooLarge(TOO_LARGE)
