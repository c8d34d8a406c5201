"""Names that the catalogue's files use of each other: each has to exist, and no key is lacking."""

from collections.abc import Iterable, Iterator, Mapping

from lettergen.conditions import Condition
from lettergen.consents.form.grammar import Catalogue
from lettergen.consents.form.purposes import PURPOSES
from lettergen.consents.form.spoken import CODES, FAULTS, LISTS, VARIANTS
from lettergen.consents.rules.facts import FACTS
from lettergen.definitions.faults import Fault, FaultList

ROUTE_LISTS = ("may_agree_to", "with_sign_off", "with_parent", "if_not_identifiable")


def check_catalogue(catalogue: Catalogue, files: Mapping[str, FaultList]) -> list[Fault]:
    """Return every fault between the parts of the catalogue."""
    form, uses, deciders, rules, words = files.values()
    _check_fields(catalogue, form)
    _check_purposes(catalogue, uses)
    _check_routes(catalogue, deciders)
    _check_rules(catalogue, rules)
    for wording in catalogue.wordings:
        _check_condition(catalogue, wording.when, ("wordings", wording.id), words)
    _check_kinds(catalogue, catalogue.page.openings, ("page", "openings"), words)
    for card in catalogue.cards:
        if card.id not in {code.id for code in catalogue.codes}:
            words.add(("cards", card.id), f"there is no rule {card.id}")
    return [fault for one in files.values() for fault in one.faults]


def _check_fields(catalogue: Catalogue, form: FaultList) -> None:
    seen: set[str] = set()
    for one in catalogue.fields:
        where = ("fields", one.section, one.name)
        if one.name in seen:
            form.add(where, f"{one.name} stands twice")
        seen.add(one.name)
        _check_condition(catalogue, one.show_if, where, form)
        if isinstance(one.required, Condition):
            _check_condition(catalogue, one.required, where, form)
        alone = one.settings.get("exclusive")
        if alone and alone not in {option.code for option in one.options}:
            form.add((*where, "exclusive"), f"{alone} is no option of {one.name}")


def _check_condition(
    catalogue: Catalogue, when: Condition | None, where: tuple[str, ...], faults: FaultList
) -> None:
    for test in when.all_tests() if when else ():
        if not _is_known(catalogue, test.name):
            faults.add(where, f"{test.name} is no question and no fact")
            continue
        one = catalogue.by_name.get(test.name)
        codes = {option.code for option in one.options} if one else set()
        wrong = [code for code in _codes(test.operand) if codes and code not in codes]
        if wrong:
            faults.add(where, f"{test.name} has no option {', '.join(wrong)}")


def _codes(operand: object) -> Iterator[str]:
    for one in operand if isinstance(operand, tuple) else ():
        if isinstance(one, str):
            yield one


def _is_known(catalogue: Catalogue, name: str) -> bool:
    if name.startswith("facts.agrees_"):
        return name.removeprefix("facts.agrees_") in PURPOSES
    if name.startswith("facts."):
        return name.removeprefix("facts.") in FACTS
    return name.startswith("this.") or name in catalogue.by_name


def _check_purposes(catalogue: Catalogue, uses: FaultList) -> None:
    keys = [one.key for one in catalogue.purposes]
    for key in {*keys, *PURPOSES} - (set(keys) & set(PURPOSES)):
        uses.add(("purposes", key), f"the purposes are {', '.join(PURPOSES)}: {key} is not right")
    for one in catalogue.purposes:
        if not one.endings:
            uses.add(("purposes", one.key), f"{one.key}: say what a withdrawal sets off (endings)")
        _check_kinds(catalogue, one.questions, ("purposes", one.key, "questions"), uses)


def _check_kinds(
    catalogue: Catalogue, words: Iterable[str], where: tuple[str, ...], faults: FaultList
) -> None:
    """Words that stand for one kind of photo alone: photo.kind has to have that option."""
    kinds = {option.code for option in catalogue.options("photo.kind")}
    for kind in words:
        if kind not in kinds:
            faults.add((*where, kind), f"{kind} is no option of photo.kind")


def _check_routes(catalogue: Catalogue, deciders: FaultList) -> None:
    routes = {option.code for option in catalogue.options("decision_maker.route")}
    for route in catalogue.routes:
        where = ("routes", route.code)
        if route.code not in routes:
            deciders.add(where, f"{route.code} is no option of decision_maker.route")
        for key in (key for name in ROUTE_LISTS for key in getattr(route, name)):
            if key not in PURPOSES:
                deciders.add(where, f"{route.code}: {key} is no purpose")
    methods = {option.code for option in catalogue.options("signatures[].method")}
    for method in catalogue.methods:
        if method.code not in methods:
            deciders.add(
                ("methods", method.code), f"{method.code} is no option of signatures[].method"
            )
        for key in (*method.purposes, *method.with_reason):
            if key not in PURPOSES:
                deciders.add(("methods", method.code), f"{method.code}: {key} is no purpose")


def _check_rules(catalogue: Catalogue, rules: FaultList) -> None:
    known = {code.id: code for code in catalogue.codes}
    for id_ in CODES:
        if id_ not in known:
            rules.add(("codes",), f"the rule {id_} is missing")
    for id_, names in VARIANTS.items():
        for name in names:
            if id_ in known and name not in known[id_].variants:
                rules.add(("codes", id_), f"{id_}: the words variants.{name} are missing")
    for key, wanted, found in (
        ("faults", FAULTS, catalogue.faults),
        ("lists", LISTS, catalogue.lists),
    ):
        for name in sorted(wanted - set(found)):
            rules.add((key,), f"{key}.{name} is missing")
    for code in catalogue.codes:
        group = code.field.partition("{")[0].rstrip(".")
        if code.field and group and not _is_place(catalogue, group):
            rules.add(("codes", code.id, "field"), f"{code.id}: {code.field} is no question")


def _is_place(catalogue: Catalogue, group: str) -> bool:
    if group == "events.withdrawn.at":
        return True
    return any(
        name == group or name.startswith((f"{group}.", f"{group}[]")) for name in catalogue.by_name
    )
