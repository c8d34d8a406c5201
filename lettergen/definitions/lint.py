"""All that is wrong with document types, their templates and their cases, at once."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from lettergen.definitions.case_lint import case_faults
from lettergen.definitions.faults import BrokenDefinition, Fault
from lettergen.definitions.library import Library
from lettergen.definitions.template_lint import frame_faults, template_faults
from lettergen.definitions.templates import parts_of


def lint(library: Library, slugs: Sequence[str], cases: Path | None) -> list[Fault]:
    """Return every fault of these document types, or of all; `cases` is the folder of cases.

    Raises NoSuchForm for a name that no definition bears.
    """
    wanted = slugs or library.folders.slugs()
    return sorted({fault for slug in wanted for fault in _faults(library, slug, cases)})


def _faults(library: Library, slug: str, cases: Path | None) -> Iterator[Fault]:
    try:
        kind = library.get(slug)
    except BrokenDefinition as broken:
        yield from broken.faults
        return
    for path in parts_of(slug, library.folders.template):
        yield from template_faults(kind, path)
    yield from frame_faults(kind, library.folders.template)
    file = cases / f"{slug}.toml" if cases else None
    if file is not None and file.is_file():
        yield from case_faults(kind, file)
    elif cases is not None and _is_shipped(library, slug):
        yield Fault(str(file), 1, "no cases: a letter that is shipped shows what it must do")


def _is_shipped(library: Library, slug: str) -> bool:
    path = library.folders.form(slug)
    return path is not None and path.parent == library.folders.forms[0]
