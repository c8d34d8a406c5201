"""Takes from a worker what a letter never needs: endless time, memory, a network, programs."""

import resource
import sys

MEGABYTE = 1024 * 1024
REFUSED = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "pty.")


def confine(megabytes: int) -> None:
    """Limit the address space of this process and refuse it network and programs for good.

    Python code that tries gets a PermissionError. It is a second wall: the first are the
    template sandbox and the fetcher.
    """
    _limit(resource.RLIMIT_AS, megabytes * MEGABYTE)
    # A core dump would hold a patient's letter.
    _limit(resource.RLIMIT_CORE, 0)
    sys.addaudithook(_refuse_dangerous)


def allow_seconds(seconds: float) -> None:
    """Let this process use so many more seconds of processor time before the system ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + seconds) + 2)


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(what, (most, hard))


def _refuse_dangerous(event: str, _arguments: tuple[object, ...]) -> None:
    if event.startswith(REFUSED):
        raise PermissionError(f"a rendering worker may not do {event}")
