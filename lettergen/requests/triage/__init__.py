"""Triage: seven questions and a table of rules come to one outcome with its source."""

from lettergen.requests.triage.deciding import Decision, decide, source_line, why
from lettergen.requests.triage.inputs import BadInputs, normal
from lettergen.requests.triage.questions import Asked, asked, filled

__all__ = [
    "Asked",
    "BadInputs",
    "Decision",
    "asked",
    "decide",
    "filled",
    "normal",
    "source_line",
    "why",
]
