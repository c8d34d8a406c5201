"""A worker knows nothing that a letter does not need, and cannot go and get it."""

import subprocess
import sys
from pathlib import Path

import pytest

from lettergen.rendering import Renderer, Sheet
from lettergen.rendering.process import environment

HEAVY = ("weasyprint", "fontTools", "jinja2", "pydantic", "sqlalchemy", "flask", "wtforms")
FOREIGN = ("flask", "sqlalchemy", "wtforms", "lettergen.models", "lettergen.config")


def test_a_worker_gets_no_secret(
    monkeypatch: pytest.MonkeyPatch, templates: Path, sound: Sheet
) -> None:
    monkeypatch.setenv("LETTERGEN_SECRET_KEY", "not-for-letters")
    monkeypatch.setenv("DATABASE_URL", "postgresql://not-for-letters")

    with Renderer([templates]) as renderer:
        renderer.render(sound)
        known = Path(f"/proc/{renderer._seats[0]._worker._process.pid}/environ").read_bytes()

    assert b"not-for-letters" not in known
    assert b"PYTHONHASHSEED=0" in known


def test_a_worker_keeps_where_libraries_and_caches_are() -> None:
    ours = {"HOME": "/home/x", "LD_LIBRARY_PATH": "/opt/lib", "SECRET_KEY": "x", "PYTHONPATH": "/y"}

    given = environment(ours)

    assert (given["HOME"], given["LD_LIBRARY_PATH"]) == ("/home/x", "/opt/lib")
    assert "SECRET_KEY" not in given
    assert given["PYTHONPATH"] != "/y"


def test_the_owner_of_workers_loads_little() -> None:
    loaded = python("import lettergen.rendering, sys; print(*sys.modules)").split()

    assert not set(HEAVY) & set(loaded)


def test_a_worker_loads_no_web_and_no_database() -> None:
    code = "import lettergen.rendering.workshop, lettergen.rendering.worker, sys"

    loaded = python(f"{code}; print(*sys.modules)").split()

    assert "weasyprint" in loaded
    assert not set(FOREIGN) & set(loaded)


@pytest.mark.parametrize(
    "deed",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "urllib.request.urlopen('http://127.0.0.1:9/')",
        "import subprocess; subprocess.run(['/bin/true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
    ],
)
def test_a_confined_process_reaches_nothing(deed: str) -> None:
    code = f"""
import urllib.request
from lettergen.rendering.confinement import confine
confine(1024)
try:
    {deed}
except OSError as refused:
    print(refused)
"""

    assert "a rendering worker may not do" in python(code)


def test_a_confined_process_gets_no_more_memory() -> None:
    code = """
from lettergen.rendering.confinement import confine
confine(300)
try:
    bytearray(400 * 1024 * 1024)
except MemoryError:
    print("refused")
"""

    assert python(code) == "refused\n"


def test_a_confined_process_gets_no_more_time() -> None:
    code = "from lettergen.rendering.confinement import allow_seconds; allow_seconds(0)\nwhile 1: 0"

    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)

    assert done.returncode != 0


def python(code: str) -> str:
    """Run a few lines in a Python of their own and return what they print."""
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    return done.stdout
