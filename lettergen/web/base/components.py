"""The NHS design system's macros as functions for our templates and widgets."""

from functools import cache
from typing import Any

from jinja2 import ChainableUndefined, Environment, PackageLoader
from jinja2.runtime import Macro
from markupsafe import Markup

_FOLDERS = {
    "image": "images",
    "list": "do-dont-list",
    "table": "tables",
}


class NhsMacros:
    """`nhsuk.button({...})` and its siblings, named as in nhsuk-frontend.

    They live in an environment of their own: upstream's macros count on undefined names
    being silent, while a misspelt name in one of our pages has to fail. Upstream's files
    end in .jinja, which Flask would not escape; here everything is escaped.
    """

    def __init__(self) -> None:
        self._environment = Environment(
            loader=PackageLoader("nhsuk_frontend_jinja"),
            autoescape=True,
            undefined=ChainableUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def __getattr__(self, name: str) -> "Component":
        if name.startswith("_"):
            raise AttributeError(name)
        return _component(self, name)

    def macro(self, name: str) -> Macro:
        """Return upstream's macro; raises TemplateNotFound for a component that is not there."""
        folder = _FOLDERS.get(name) or _kebab(name)
        template = self._environment.get_template(f"nhsuk/components/{folder}/macro.jinja")
        return getattr(template.module, name)  # type: ignore[no-any-return]


class Component:
    """One component: takes the options as one mapping, with a `call` block if there is one."""

    def __init__(self, macro: Macro) -> None:
        self._macro = macro

    def __call__(self, options: dict[str, Any] | None = None, **block: Any) -> Markup:
        # Upstream's macros return markup already: they are escaped by their environment.
        return Markup(self._macro(options or {}, **block))  # noqa: S704


@cache
def _component(macros: NhsMacros, name: str) -> Component:
    return Component(macros.macro(name))


def _kebab(name: str) -> str:
    return "".join(f"-{ch.lower()}" if ch.isupper() else ch for ch in name)


nhsuk = NhsMacros()
