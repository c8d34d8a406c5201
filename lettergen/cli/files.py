"""Letters as files: each is there whole or not at all, and only its owner may read it."""

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp

import click


def _named(_context: click.Context, _option: click.Parameter, path: Path) -> Path:
    """Return the path of a file; UsageError where it names a folder, or nothing."""
    if not path.name or path.is_dir():
        raise click.BadParameter(f"{str(path)!r} is a folder: name the PDF in it")
    return path


out_option = click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    callback=_named,
    help="The PDF to write.",
)


@contextmanager
def written(contents: Mapping[Path, bytes]) -> Iterator[None]:
    """Lay files down beside their places, which they take when the block ends without a fault.

    So a full disk is found out before the block, and a fault in it leaves no file behind.
    Raises OSError, which names the file.
    """
    aside: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            with _naming(path):
                if _is_replaceable(path):
                    _lay_aside(path, content, aside)
        yield
        for path, content in contents.items():
            with _naming(path):
                aside[path].replace(path) if path in aside else path.write_bytes(content)
    finally:
        for part in aside.values():
            part.unlink(missing_ok=True)


def _is_replaceable(path: Path) -> bool:
    """Is this an ordinary file or not there yet? A device or a pipe is written to instead."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return True


def _lay_aside(path: Path, content: bytes, aside: dict[Path, Path]) -> None:
    handle, name = mkstemp(prefix=".lettergen-", dir=path.parent)
    aside[path] = Path(name)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(handle)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise OSError(fault.errno, fault.strerror, str(path)) from fault
