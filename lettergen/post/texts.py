"""What e-mails say: plain text from the templates in templates/email."""

from functools import cache
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from lettergen.places import shipped


def text(template: str, **values: Any) -> str:
    """Return the text of an e-mail from a template such as `letter.txt` and what it names.

    Raises jinja2.UndefinedError for a template that names something else: an e-mail with a gap in
    it is never sent.
    """
    return _templates().get_template(template).render(values)


@cache
def _templates() -> ImmutableSandboxedEnvironment:
    # Nothing is escaped: what is sent is plain text, in which &amp; would be read as it stands.
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(shipped("templates") / "email"),
        autoescape=False,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
    )
