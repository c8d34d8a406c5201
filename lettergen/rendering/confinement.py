"""Takes from a worker what a letter never needs: endless time, memory, a network, programs."""

import _socket
import os
import resource
import socket
import subprocess
from collections.abc import Callable
from types import ModuleType
from typing import NoReturn

MEGABYTE = 1024 * 1024
# An audit hook would catch these and more, but it costs 7% of each letter: Python calls it for
# every id(), and a letter asks for two thousand.
REFUSED: tuple[tuple[ModuleType, str], ...] = tuple(
    (module, name)
    for module, names in (
        (socket, ("socket", "create_connection", "getaddrinfo", "socketpair", "fromfd")),
        (_socket, ("socket", "getaddrinfo", "gethostbyname", "socketpair")),
        (subprocess, ("Popen",)),
        (os, ("system", "fork", "forkpty", "posix_spawn", "posix_spawnp", "execv", "execve")),
    )
    for name in names
)


def confine(megabytes: int) -> None:
    """Limit the address space of this process and refuse it network and programs for good.

    Python code that tries gets a PermissionError. It is a second wall: the first are the
    template sandbox and the fetcher.
    """
    _limit(resource.RLIMIT_AS, megabytes * MEGABYTE)
    # A core dump would hold a patient's letter.
    _limit(resource.RLIMIT_CORE, 0)
    for module, name in REFUSED:
        setattr(module, name, _refusing(f"{module.__name__}.{name}"))


def allow_seconds(seconds: float) -> None:
    """Let this process use so many more seconds of processor time before the system ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + seconds) + 2)


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(what, (most, hard))


def _refusing(name: str) -> Callable[..., NoReturn]:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise PermissionError(f"a rendering worker may not do {name}")

    return refuse
