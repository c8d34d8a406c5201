"""Letters from the first answer to the log: started, saved, reviewed, issued, replaced, voided."""

from lettergen.documents.drafting import (
    discard,
    draft,
    drafts,
    lock,
    patient_of,
    save,
    start,
)
from lettergen.documents.ending import start_from, supersede, void
from lettergen.documents.eyes import documents_for
from lettergen.documents.finals import fresh_reference
from lettergen.documents.finding import Summary, file, file_name, find, get, newest
from lettergen.documents.issuing import issue, issue_answers, issue_made
from lettergen.documents.office import Office
from lettergen.documents.paging import Page
from lettergen.documents.readings import preview, reading
from lettergen.documents.refusals import (
    Closed,
    Conflict,
    LookAgain,
    NotFound,
    NotIssuable,
    Superseded,
)
from lettergen.documents.reviews import prepare, review, review_file
from lettergen.documents.storing import Made
from lettergen.letters import LARGE, LETTER, PATIENT, for_patient

__all__ = [
    "LARGE",
    "LETTER",
    "PATIENT",
    "Closed",
    "Conflict",
    "LookAgain",
    "Made",
    "NotFound",
    "NotIssuable",
    "Office",
    "Page",
    "Summary",
    "Superseded",
    "discard",
    "documents_for",
    "draft",
    "drafts",
    "file",
    "file_name",
    "find",
    "for_patient",
    "fresh_reference",
    "get",
    "issue",
    "issue_answers",
    "issue_made",
    "lock",
    "newest",
    "patient_of",
    "prepare",
    "preview",
    "reading",
    "review",
    "review_file",
    "save",
    "start",
    "start_from",
    "supersede",
    "void",
]
