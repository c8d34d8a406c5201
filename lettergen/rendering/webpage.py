"""A letter's HTML into a fragment that a web page may hold: its text, and nothing that acts."""

import re
from html import escape
from html.parser import HTMLParser

from lettergen.rendering.refusals import BrokenTemplate

# A tag that is neither kept nor dropped with what it holds is left out around its text.
KEPT = re.compile(
    "a|bdi|blockquote|br|caption|d[dlt]|div|em|h[1-6]|hr|li|ol|p|section|span|strong|sub|sup"
    "|table|tbody|td|tfoot|th|thead|tr|ul"
)
DROPPED = frozenset(("head", "style", "script", "svg", "template"))
VOID = frozenset(("br", "hr", "img", "meta", "link", "input", "source", "wbr", "col"))
ATTRIBUTES = frozenset(("class", "id", "lang", "dir", "scope", "rowspan", "colspan"))
LINKS = ("#", "mailto:", "tel:")


def article(html: str, language: str) -> str:
    """Return the body of a page as `<article class="letter" lang="…">`, in balanced tags.

    Pictures give way to their alternative text. Raises BrokenTemplate where tags are crossed or
    left open, since the rest of the web page would then be drawn into the letter.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.refuse_open()
    inner = "".join(reader.written).strip()
    return f'<article class="letter" lang="{escape(language)}">\n{inner}\n</article>'


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.written: list[str] = []
        self._open: list[str] = []
        self._dropped = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._dropped += tag in DROPPED
        if tag not in VOID:
            self._open.append(tag)
        if self._dropped:
            return
        if tag == "img":
            self.handle_data(dict(attributes).get("alt") or "")
        elif KEPT.fullmatch(tag):
            self.written.append(f"<{tag}{_kept(attributes)}>")

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self._open or self._open.pop() != tag:
            raise _crossed(tag)
        if KEPT.fullmatch(tag) and not self._dropped:
            self.written.append(f"</{tag}>")
        self._dropped -= tag in DROPPED

    def handle_data(self, data: str) -> None:
        if not self._dropped:
            self.written.append(escape(data, quote=False))

    def refuse_open(self) -> None:
        if self._open:
            raise _crossed(self._open[-1])


def _kept(attributes: list[tuple[str, str | None]]) -> str:
    return "".join(
        f' {name}="{escape(value or "")}"'
        for name, value in attributes
        if name in ATTRIBUTES or (name == "href" and (value or "").startswith(LINKS))
    )


def _crossed(tag: str) -> BrokenTemplate:
    return BrokenTemplate(
        f"The letter template leaves <{tag}> open, or closes it where another tag is open. "
        "Have the template looked at."
    )
