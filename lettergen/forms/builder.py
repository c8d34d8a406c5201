"""Document type → WTForms form class: the one builder for web, JSON and command line."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from wtforms import FieldList, Form, FormField

from lettergen.definitions import DocumentType, Field
from lettergen.forms.fields import QUESTIONS

if TYPE_CHECKING:
    RowsBase = FieldList[Any]
    GroupBase = FormField[Any]
else:  # the classes are generic in their type stubs only
    RowsBase, GroupBase = FieldList, FormField

# WTForms silently drops rows beyond max_entries, so all are kept and the reading counts them.
ROW_LIMIT = 200


@lru_cache(maxsize=64)
def build(kind: DocumentType) -> type[Form]:
    """Return the form class of a document type; each field bears its `definition`."""
    return _form_class(f"{kind.slug} form", kind.fields)


def _form_class(name: str, fields: tuple[Field, ...]) -> type[Form]:
    return type(name, (Form,), {one.name: _unbound(one) for one in fields})


def _unbound(one: Field) -> Any:
    if one.type == "repeat":
        row = FormField(_form_class(one.name, one.fields))
        return _Rows(row, one.label, max_entries=ROW_LIMIT, definition=one)
    if one.type == "group":
        return _Group(_form_class(one.name, one.fields), one.label, definition=one)
    return QUESTIONS[one.type](one.label, definition=one)


class _Rows(RowsBase):
    """Repeated rows that know their definition."""

    def __init__(self, *args: Any, definition: Field, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.definition = definition


class _Group(GroupBase):
    """A group of questions that knows its definition."""

    def __init__(self, *args: Any, definition: Field, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.definition = definition
