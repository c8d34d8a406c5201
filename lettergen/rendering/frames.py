"""The messages between a renderer and its workers: a JSON object and files behind it.

JSON and not pickle, so that a worker that a template has taken over can say something untrue
but cannot run anything here.
"""

import json
import os
import select
import struct
import time
from collections.abc import Mapping
from typing import Any

LARGEST = 64 * 1024 * 1024
LENGTHS = struct.Struct(">II")

Message = tuple[dict[str, Any], list[bytes]]


class Late(Exception):
    """The deadline passed before the message was complete."""


class Gone(Exception):
    """The other side has closed its end."""


class Oversized(Exception):
    """The message is larger than a message may be."""


def pack(header: Mapping[str, Any], files: list[bytes]) -> bytes:
    """Return a message as bytes; raises Oversized beyond 64 MB and ValueError for NaN."""
    words = {**header, "files": [len(file) for file in files]}
    text = json.dumps(words, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    encoded = text.encode("utf-8", "surrogatepass")
    size = sum(words["files"])
    if len(encoded) + size > LARGEST:
        raise Oversized
    return b"".join((LENGTHS.pack(len(encoded), size), encoded, *files))


def send(descriptor: int, message: bytes, deadline: float | None = None) -> None:
    """Write a packed message; `deadline` is on the monotonic clock."""
    rest = memoryview(message)
    while rest:
        _wait(descriptor, deadline, writing=True)
        try:
            rest = rest[os.write(descriptor, rest[:65536]) :]
        except BlockingIOError:
            continue
        except BrokenPipeError:
            raise Gone from None


def receive(descriptor: int, deadline: float | None = None) -> Message:
    """Read one message and return its header and files; raises Gone, Late or Oversized."""
    head, body = LENGTHS.unpack(_read(descriptor, LENGTHS.size, deadline))
    if head + body > LARGEST:
        raise Oversized
    header = json.loads(_read(descriptor, head, deadline).decode("utf-8", "surrogatepass"))
    content = _read(descriptor, body, deadline)
    files, start = [], 0
    for size in header.pop("files"):
        files.append(content[start : start + size])
        start += size
    return header, files


def is_waiting(descriptor: int, seconds: float) -> bool:
    """Say whether there is something to read, or the other side has gone, within so long."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def _read(descriptor: int, size: int, deadline: float | None) -> bytes:
    parts = []
    while size:
        _wait(descriptor, deadline, writing=False)
        part = os.read(descriptor, min(size, 1 << 20))
        if not part:
            raise Gone
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _wait(descriptor: int, deadline: float | None, *, writing: bool) -> None:
    if deadline is None:
        return
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT if writing else select.POLLIN)
    if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
        raise Late
