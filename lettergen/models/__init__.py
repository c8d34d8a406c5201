"""The tables, and how to open, migrate, lock and audit them."""

from lettergen.models.actors import Actor, NotAllowed
from lettergen.models.base import Base, new_id
from lettergen.models.certificates import Certificate
from lettergen.models.consent_drafts import (
    ANSWERED,
    CLOSED,
    OFFERED,
    SET_UP,
    ConsentDraft,
    ConsentDraftFile,
)
from lettergen.models.consents import (
    ConsentEvent,
    ConsentGrant,
    ConsentGrantImage,
    ConsentImage,
    ConsentQuestion,
    ConsentRecord,
    ConsentTask,
    ConsentUse,
)
from lettergen.models.drafts import Draft, Review, ReviewFile, Typed
from lettergen.models.engine import changing, locked, make_engine, open_sessions
from lettergen.models.events import Event, EventChain, record, start_chain, verify_chain
from lettergen.models.links import DeliveryFact, Link
from lettergen.models.messages import (
    CANCELLED,
    FAILED,
    SENDING,
    SENT,
    UNCERTAIN,
    WAITING,
    Message,
)
from lettergen.models.practices import Clinician, Practice
from lettergen.models.records import (
    ISSUED,
    SUPERSEDED,
    VOIDED,
    Document,
    DocumentContent,
    DocumentFile,
    Work,
)
from lettergen.models.schema import is_behind, migrate
from lettergen.models.staff import ROLES, Staff
from lettergen.models.storage import StorageUnavailable

__all__ = [
    "ANSWERED",
    "CANCELLED",
    "CLOSED",
    "FAILED",
    "ISSUED",
    "OFFERED",
    "ROLES",
    "SENDING",
    "SENT",
    "SET_UP",
    "SUPERSEDED",
    "UNCERTAIN",
    "VOIDED",
    "WAITING",
    "Actor",
    "Base",
    "Certificate",
    "Clinician",
    "ConsentDraft",
    "ConsentDraftFile",
    "ConsentEvent",
    "ConsentGrant",
    "ConsentGrantImage",
    "ConsentImage",
    "ConsentQuestion",
    "ConsentRecord",
    "ConsentTask",
    "ConsentUse",
    "DeliveryFact",
    "Document",
    "DocumentContent",
    "DocumentFile",
    "Draft",
    "Event",
    "EventChain",
    "Link",
    "Message",
    "NotAllowed",
    "Practice",
    "Review",
    "ReviewFile",
    "Staff",
    "StorageUnavailable",
    "Typed",
    "Work",
    "changing",
    "is_behind",
    "locked",
    "make_engine",
    "migrate",
    "new_id",
    "open_sessions",
    "record",
    "start_chain",
    "verify_chain",
]
