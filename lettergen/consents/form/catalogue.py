"""The catalogue: everything that the photo consent form asks, allows and says, read from data."""

from collections.abc import Iterator
from pathlib import Path

from lettergen.consents.form import reading_fields, reading_rules, reading_uses, reading_words
from lettergen.consents.form.cross_checks import check_catalogue
from lettergen.consents.form.grammar import Catalogue
from lettergen.definitions.faults import BrokenDefinition, Fault, faults_in
from lettergen.definitions.library import HasFolders
from lettergen.definitions.toml import Opened, read_among, version_of

SLUG = "photo-consent"
FOLDER = "consents"
FILES = (f"{SLUG}.toml", "purposes.toml", "deciders.toml", "rules.toml", "words.toml")
TEMPLATES = (f"{SLUG}*.*", "_consent*.*")
__all__ = ["SLUG", "Catalogue", "faults_of", "load"]


def load(places: HasFolders) -> Catalogue:
    """Return the catalogue of the folders; a practice's own file goes before the shipped one.

    Raises BrokenDefinition with every fault of all files.
    """
    faults: list[Fault] = []
    lists = [found for name in FILES if (found := _open(places, name, faults))]
    if len(lists) < len(FILES):
        raise BrokenDefinition(faults)
    catalogue = _read(*lists, version=version_of(_parts(places)))
    faults += [fault for one in lists for fault in one.faults]
    if not faults:
        faults += check_catalogue(catalogue, dict(zip(FILES, lists, strict=True)))
    if faults:
        raise BrokenDefinition(faults)
    return catalogue


def faults_of(places: HasFolders) -> list[Fault]:
    """Return every fault of the form's data."""
    return faults_in(lambda: load(places))


def _read(
    form: Opened,
    uses: Opened,
    deciders: Opened,
    rules: Opened,
    words: Opened,
    *,
    version: str,
) -> Catalogue:
    top = reading_fields.read_form(form)
    limits = reading_uses.read_limits(uses)
    return Catalogue(
        title=top.title,
        minutes=top.minutes,
        sections=top.sections,
        fields=top.fields,
        open_groups=top.open_groups,
        moved=top.moved,
        purposes=reading_uses.read_purposes(uses),
        letter_days=limits["letter_days"],
        removal_days=limits["removal_days"],
        routes=reading_uses.read_routes(deciders),
        methods=reading_uses.read_methods(deciders),
        relations=reading_uses.read_relations(deciders),
        codes=reading_rules.read_codes(rules),
        faults=reading_rules.read_texts(rules, "faults"),
        lists=reading_rules.read_lists(rules),
        page=reading_words.read_page(words),
        wordings=reading_words.read_wordings(words),
        cards=reading_words.read_cards(words),
        version=version,
    )


def _open(places: HasFolders, name: str, faults: list[Fault]) -> Opened | None:
    path = _last(places, name)
    if path is None:
        where = str(Path(places.forms_folders[0]) / FOLDER / name)
        faults.append(Fault(where, 1, "this file of the photo consent form is missing"))
        return None
    return read_among(path, faults)


def _last(places: HasFolders, name: str) -> Path | None:
    found = [folder / FOLDER / name for folder in places.forms_folders]
    return next((path for path in reversed(found) if path.is_file()), None)


def _parts(places: HasFolders) -> Iterator[Path]:
    """Yield everything that makes the form what it is."""
    for name in FILES:
        path = _last(places, name)
        if path is not None:
            yield path
    templates = {
        path.name: path
        for folder in places.template_folders
        for pattern in TEMPLATES
        for path in sorted(folder.glob(pattern))
    }
    yield from (templates[name] for name in sorted(templates))
