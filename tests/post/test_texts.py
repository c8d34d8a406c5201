"""What e-mails say is plain text, and whole."""

import pytest
from jinja2 import UndefinedError

from lettergen import post


def test_an_e_mail_says_a_name_as_it_is_written():
    text = post.text("locked.txt", reference="Example & <Sons>", address="https://example.com/1")

    assert "Reference: Example & <Sons>\n" in text
    assert text.endswith("https://example.com/1\n")


def test_an_e_mail_with_a_gap_is_not_written():
    with pytest.raises(UndefinedError, match="address"):
        post.text("locked.txt", reference="LG-7K3M-9QXP")
