"""A letter as a web page: the same words, in balanced tags, with nothing that acts or fetches."""

from dataclasses import replace

import html5lib
import pytest

from lettergen.rendering import BrokenTemplate, MissingGlyph, Renderer, Sheet
from lettergen.rendering.webpage import article
from tests.rendering.conftest import SheetOf


def test_a_page_is_one_article_with_the_words_of_the_letter(
    renderer: Renderer, sound: Sheet
) -> None:
    page = renderer.page(sound)

    assert page.startswith('<article class="letter" lang="en-GB">')
    assert page.endswith("</article>")
    assert "Born 12 April 1998." in page
    assert "<title>" not in page


def test_what_was_typed_never_becomes_markup(renderer: Renderer, sheet_of: SheetOf) -> None:
    typed = "</article><script>alert(1)</script><img src=x onerror=alert(1)> & <b>"
    sheet = sheet_of("sound", name=typed, text=typed, scores=[])

    parsed = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False).parseFragment(
        renderer.page(sheet)
    )

    [letter] = list(parsed)
    assert not {"script", "img", "b"} & {one.tag for one in letter.iter()}
    assert typed in "".join(letter.itertext())


def test_the_language_of_a_page_is_that_of_its_sheet(renderer: Renderer, sound: Sheet) -> None:
    assert 'lang="cy"' in renderer.page(replace(sound, language="cy"))


@pytest.mark.parametrize("template", ["value-missing", "form-unknown-filter", "reaches-python"])
def test_a_page_is_refused_where_a_letter_is(
    renderer: Renderer, sheet_of: SheetOf, template: str
) -> None:
    with pytest.raises(BrokenTemplate):
        renderer.page(sheet_of(template, name="Rowan", text="a", scores=[]))


def test_half_a_character_is_refused_on_a_page_too(renderer: Renderer, sheet_of: SheetOf) -> None:
    with pytest.raises(MissingGlyph):
        renderer.page(sheet_of("sound", name="Rowan \ud800", text="a", scores=[]))


@pytest.mark.parametrize(
    "html",
    ["<p>open", "<p><b>crossed</p></b>", "<p>closed</p></div>", "<table><tr></table></tr>"],
)
def test_tags_that_would_swallow_the_rest_of_a_page_are_refused(html: str) -> None:
    with pytest.raises(BrokenTemplate, match="leaves <"):
        article(html, "en-GB")


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        (
            "<!DOCTYPE html><html><head><title>t</title></head><body><p>a</p></body></html>",
            "<p>a</p>",
        ),
        ('<p>a <img src="asset:x.png" alt="a map"> b</p>', "<p>a a map b</p>"),
        ("<p>a</p><svg><title>t</title><path /></svg>", "<p>a</p>"),
        ("<style>p { color: red }</style><p>a</p>", "<p>a</p>"),
        ("<script>alert('<p>')</script><p>a</p>", "<p>a</p>"),
        ('<p style="color: red" onclick="x()" class="note">a</p>', '<p class="note">a</p>'),
        ('<a href="javascript:x()">a</a>', "<a>a</a>"),
        ('<a href="https://example.com">a</a>', "<a>a</a>"),
        ('<a href="#b">a</a>', '<a href="#b">a</a>'),
        ('<a href="tel:02079460101">a</a>', '<a href="tel:02079460101">a</a>'),
        ("<form><input name=x><p>a</p></form>", "<p>a</p>"),
        ('<td class="a&quot;b">a&lt;b&amp;c</td>', '<td class="a&quot;b">a&lt;b&amp;c</td>'),
        ("<p>a<br>b<br/>c</p><hr>", "<p>a<br>b<br>c</p><hr>"),
        ("<!-- a comment --><p>a</p>", "<p>a</p>"),
    ],
)
def test_a_page_keeps_text_and_leaves_out_what_acts(html: str, kept: str) -> None:
    assert article(html, "en-GB") == f'<article class="letter" lang="en-GB">\n{kept}\n</article>'
