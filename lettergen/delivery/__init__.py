"""Handing an issued letter to a person: by link, on paper or as a file, with the facts of each."""

from lettergen.delivery.answering import answer, answer_about
from lettergen.delivery.formats import PAGE, Format, formats_for
from lettergen.delivery.genuine import Standing, standing_of
from lettergen.delivery.handing import (
    Handed,
    end_links,
    hand_again,
    hand_by_link,
    turn_off,
)
from lettergen.delivery.receiving import (
    PatientFile,
    PatientView,
    patient_file,
    patient_view,
    require_open,
)
from lettergen.delivery.subjects import NotHandedOver
from lettergen.delivery.taking import record_download, record_printed
from lettergen.delivery.watching import (
    Earlier,
    Locked,
    Told,
    emails_of,
    locked_links,
    open_before,
    story,
    unsent_letters,
)

__all__ = [
    "PAGE",
    "Earlier",
    "Format",
    "Handed",
    "Locked",
    "NotHandedOver",
    "PatientFile",
    "PatientView",
    "Standing",
    "Told",
    "answer",
    "answer_about",
    "emails_of",
    "end_links",
    "formats_for",
    "hand_again",
    "hand_by_link",
    "locked_links",
    "open_before",
    "patient_file",
    "patient_view",
    "record_download",
    "record_printed",
    "require_open",
    "standing_of",
    "story",
    "turn_off",
    "unsent_letters",
]
