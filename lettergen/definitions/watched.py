"""What a running program holds of files: read once, and anew when one of them changes."""

from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")
Seen = tuple[tuple[str, int, int], ...]


class Watched(Generic[T]):
    """Holds what `read` returned, as long as the files that `paths` names stay as they are."""

    def __init__(self, paths: Callable[[], Iterable[Path]], read: Callable[[], T]) -> None:
        self._paths = paths
        self._read = read
        self._lock = Lock()
        self._held: tuple[Seen, T] | None = None

    def now(self) -> T:
        """Return what the files say now; raises whatever `read` raises."""
        files = tuple(_seen(path) for path in self._paths() if path.is_file())
        with self._lock:
            if self._held is None or self._held[0] != files:
                self._held = (files, self._read())
            return self._held[1]


def _seen(path: Path) -> tuple[str, int, int]:
    found = path.stat()
    return str(path), found.st_mtime_ns, found.st_size
