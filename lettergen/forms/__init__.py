"""Posted or JSON answers → one WTForms form → plain answers, errors, findings."""

from lettergen.forms.builder import build
from lettergen.forms.fields import Question
from lettergen.forms.findings import ACKNOWLEDGED, Finding, label_of
from lettergen.forms.flattening import AnswersUnreadable, Typed, flatten, initial
from lettergen.forms.reading import Reading, is_required, read
from lettergen.forms.wording import letter_values

__all__ = [
    "ACKNOWLEDGED",
    "AnswersUnreadable",
    "Finding",
    "Question",
    "Reading",
    "Typed",
    "build",
    "flatten",
    "initial",
    "is_required",
    "label_of",
    "letter_values",
    "read",
]
