"""The house is in order: sizes, rows, locks, and nothing of others in it."""

import ast
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from lettergen.places import CHECKOUT

PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))
MODULES = sorted((CHECKOUT / "lettergen").rglob("*.py"))
LOCKS = sorted((CHECKOUT / "requirements").glob("*.txt"))
DECISIONS = sorted((CHECKOUT / "docs/decisions").glob("*.md"))
LONGEST_MODULE = 400
LONGEST_FUNCTION = 40
LARGEST_FILE = 400_000
FORBIDDEN_NAMES = {"utils", "helpers", "common", "services", "managers"}


def committed_files() -> list[Path]:
    """What git knows, or would add: everything that is not ignored."""
    told = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode != 0:
        pytest.skip("not a git checkout")
    return [CHECKOUT / name for name in told.stdout.split("\0") if name]


def requirement_name(requirement: str) -> str:
    return re.split(r"[\[<>=~;! ]", requirement)[0].lower().replace("_", "-")


def locked(name: str) -> set[str]:
    text = (CHECKOUT / f"requirements/{name}.txt").read_text("utf-8")
    return {found.lower().replace("_", "-") for found in re.findall(r"(?m)^([\w.-]+)==", text)}


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How long a function is, its docstring left out: that may say as much as it has to."""
    docstring = ast.get_docstring(function, clean=False) or ""
    return (function.end_lineno or 0) - function.lineno - docstring.count("\n")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_modules_and_functions_keep_within_the_walls(path: Path) -> None:
    source = path.read_text("utf-8")
    functions = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        # A migration is one list of tables.
        if "versions" not in path.parts
    ]

    assert source.count("\n") <= LONGEST_MODULE
    assert path.stem not in FORBIDDEN_NAMES
    assert [one.name for one in functions if lines_of(one) > LONGEST_FUNCTION] == []


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if path.read_text("utf-8").strip()],
    ids=lambda path: str(path.relative_to(CHECKOUT)),
)
def test_every_module_opens_with_a_sentence(path: Path) -> None:
    opening = ast.get_docstring(ast.parse(path.read_text("utf-8")))

    assert opening
    assert re.search(r"[.:]$", opening.partition("\n\n")[0])


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_its_hashes(path: Path) -> None:
    packages = re.split(r"(?m)^(?=[\w.-]+==)", path.read_text("utf-8"))[1:]

    assert packages
    assert all("--hash=sha256:" in package for package in packages)


@pytest.mark.parametrize(
    "path",
    [*LOCKS, CHECKOUT / "package-lock.json", CHECKOUT / "pyproject.toml"],
    ids=lambda path: path.name,
)
def test_no_lock_names_an_index_or_this_machine(path: Path) -> None:
    text = path.read_text("utf-8")

    assert not re.search(r"https?://(?!nhsuk|opencollective|github\.com/sponsors)", text)
    assert not re.search(r"index-url|find-links|file:/|--trusted|(?m:^# .*\s/\w)", text)


def test_all_that_the_project_asks_for_is_locked() -> None:
    extras = PROJECT["project"]["optional-dependencies"]["postgres"]
    needed = {requirement_name(one) for one in [*PROJECT["project"]["dependencies"], *extras]}
    groups = PROJECT["dependency-groups"]

    assert needed <= locked("runtime")
    assert locked("runtime") <= locked("dev")
    assert all({requirement_name(one) for one in groups[name]} <= locked(name) for name in groups)


def test_tests_run_what_the_practice_runs() -> None:
    def pins(name: str) -> set[str]:
        text = (CHECKOUT / f"requirements/{name}.txt").read_text("utf-8")
        return set(re.findall(r"(?m)^[\w.-]+==[\w.]+", text))

    assert pins("runtime") <= pins("dev")


def test_the_npm_packages_are_locked_to_one_version() -> None:
    wanted = json.loads((CHECKOUT / "package.json").read_text("utf-8"))["dependencies"]
    lock = json.loads((CHECKOUT / "package-lock.json").read_text("utf-8"))["packages"]

    assert all(re.fullmatch(r"[\d.]+", version) for version in wanted.values())
    assert {name: lock[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all("integrity" in package for path, package in lock.items() if path)


def test_the_program_does_without_packages_whose_licence_binds_it() -> None:
    assert not locked("runtime") & {"pymupdf", "pymerkle", "nhs-context-logging"}
    assert "opendataloader-pdf" not in locked("runtime")


def test_nothing_of_others_and_nothing_large_is_committed() -> None:
    files = [path for path in committed_files() if path.is_file()]
    fonts = {".ttf", ".otf", ".woff", ".woff2", ".jar", ".whl", ".pdf"}

    assert [path for path in files if path.suffix in fonts] == []
    assert [path for path in files if ".min." in path.name] == []
    assert [path for path in files if path.stat().st_size > LARGEST_FILE] == []


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name)
def test_every_decision_says_why_and_what_was_refused(path: Path) -> None:
    text = path.read_text("utf-8")

    assert re.fullmatch(r"\d{3}-[a-z0-9-]+", path.stem)
    assert text.count("\n") <= 60
    parts = re.findall(r"(?m)^(?:## |\*\*)(Context|Decision|Refused|Why not)", text)

    assert parts in (["Context", "Decision", "Refused"], ["Context", "Decision", "Why not"])


def test_no_two_decisions_bear_one_number() -> None:
    numbers = [path.name[:3] for path in DECISIONS]

    assert len(numbers) == len(set(numbers))


def test_every_script_says_how_it_is_used_and_may_be_run() -> None:
    scripts = [*(CHECKOUT / "bin").iterdir(), CHECKOUT / ".ci/run"]

    assert all(path.stat().st_mode & 0o111 for path in scripts)
    assert all(path.read_text("utf-8").splitlines()[1].startswith("# ") for path in scripts)
