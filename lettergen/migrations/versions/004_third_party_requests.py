"""Tables for requests of third parties; what happened to a request may only be added to."""

import sqlalchemy as sa
from alembic import op

from lettergen.models.steps import forbid, key

revision = "004"
down_revision = "003"

# Only added to: what was done, and what was printed, stands.
UNCHANGING = ("request_events",)


def upgrade() -> None:
    op.add_column("practices", sa.Column("request_settings", sa.JSON(), nullable=True))
    op.add_column("practices", sa.Column("money_settings", sa.JSON(), nullable=True))
    op.add_column("practices", sa.Column("workload_settings", sa.JSON(), nullable=True))
    _requesters()
    _absences()
    _requester_names()
    _working_patterns()
    _requests()
    _request_clocks()
    _request_conflicts()
    _request_contents()
    _request_events()
    _request_papers()
    _request_sights()
    _request_sight_files()
    _request_consents()
    for table in UNCHANGING:
        forbid("UPDATE", table)
        forbid("DELETE", table)


def _requesters() -> None:
    op.create_table(
        "requesters",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("is_on_account", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_into_id", sa.String(length=32), nullable=True),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("requesters", "merged_into_id", "requesters"),
        key("requesters", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_requesters"),
    )
    op.create_index("ix_requesters_practice_id_name", "requesters", ["practice_id", "name"])


def _absences() -> None:
    op.create_table(
        "absences",
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("absences", "staff_id", "staff"),
        key("absences", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_absences"),
    )
    op.create_index(
        "ix_absences_practice_id_staff_id_until", "absences", ["practice_id", "staff_id", "until"]
    )


def _requester_names() -> None:
    op.create_table(
        "requester_names",
        sa.Column("requester_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("requester_names", "requester_id", "requesters"),
        key("requester_names", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_requester_names"),
        sa.UniqueConstraint("practice_id", "key", name="uq_requester_names_practice_id_key"),
    )
    op.create_index("ix_requester_names_requester_id", "requester_names", ["requester_id"])


def _working_patterns() -> None:
    op.create_table(
        "working_patterns",
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("is_locum", sa.Boolean(), nullable=False),
        sa.Column("takes_requests", sa.Boolean(), nullable=False),
        sa.Column("supervisor_id", sa.String(length=32), nullable=True),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("working_patterns", "staff_id", "staff"),
        key("working_patterns", "supervisor_id", "staff"),
        key("working_patterns", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_working_patterns"),
        sa.UniqueConstraint("staff_id", name="uq_working_patterns_staff_id"),
    )


def _requests() -> None:
    op.create_table(
        "requests",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("once", sa.String(length=64), nullable=False),
        sa.Column("parent_id", sa.String(length=32), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("held_for", sa.String(length=20), nullable=True),
        sa.Column("type_key", sa.String(length=60), nullable=False),
        sa.Column("type_group", sa.String(length=60), nullable=True),
        sa.Column("consent_code", sa.String(length=5), nullable=True),
        sa.Column("minutes_expected", sa.Integer(), nullable=True),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("rule", sa.String(length=10), nullable=True),
        sa.Column("letter", sa.String(length=10), nullable=True),
        sa.Column("catalogue_version", sa.String(length=20), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("is_disputed", sa.Boolean(), nullable=False),
        sa.Column("seconds_to_outcome", sa.Integer(), nullable=True),
        sa.Column("requester_class", sa.String(length=30), nullable=False),
        sa.Column("requester_id", sa.String(length=32), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("assigned_to", sa.String(length=32), nullable=True),
        sa.Column("signer_id", sa.String(length=32), nullable=True),
        sa.Column("assigned_because", sa.String(), nullable=True),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("is_restricted", sa.Boolean(), nullable=False),
        sa.Column("draft_id", sa.String(length=32), nullable=True),
        sa.Column("document_id", sa.String(length=32), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.String(length=32), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("requests", "parent_id", "requests"),
        key("requests", "decided_by", "staff"),
        key("requests", "requester_id", "requesters"),
        key("requests", "assigned_to", "staff"),
        key("requests", "signer_id", "staff"),
        key("requests", "document_id", "documents"),
        key("requests", "released_by", "staff"),
        key("requests", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_requests"),
        sa.UniqueConstraint("practice_id", "once", name="uq_requests_practice_id_once"),
        sa.UniqueConstraint("reference", name="uq_requests_reference"),
    )
    op.create_index("ix_requests_document_id", "requests", ["document_id"])
    op.create_index("ix_requests_draft_id", "requests", ["draft_id"])
    op.create_index("ix_requests_parent_id", "requests", ["parent_id"])
    op.create_index(
        "ix_requests_practice_id_assigned_to_state",
        "requests",
        ["practice_id", "assigned_to", "state"],
    )
    op.create_index(
        "ix_requests_practice_id_is_restricted", "requests", ["practice_id", "is_restricted"]
    )
    op.create_index(
        "ix_requests_practice_id_received_on", "requests", ["practice_id", "received_on"]
    )
    op.create_index(
        "ix_requests_practice_id_state_due_on", "requests", ["practice_id", "state", "due_on"]
    )
    op.create_index("ix_requests_requester_id", "requests", ["requester_id"])


def _request_clocks() -> None:
    op.create_table(
        "request_clocks",
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("length", sa.String(length=6), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("paused_days", sa.Integer(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("request_clocks", "request_id", "requests"),
        key("request_clocks", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_request_clocks"),
        sa.UniqueConstraint("request_id", "kind", name="uq_request_clocks_request_id_kind"),
    )
    op.create_index(
        "ix_request_clocks_practice_id_due_on", "request_clocks", ["practice_id", "due_on"]
    )


def _request_conflicts() -> None:
    op.create_table(
        "request_conflicts",
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=True),
        sa.Column("why_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("request_conflicts", "request_id", "requests"),
        key("request_conflicts", "staff_id", "staff"),
        key("request_conflicts", "by_id", "staff"),
        key("request_conflicts", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_request_conflicts"),
        sa.UniqueConstraint(
            "request_id", "staff_id", name="uq_request_conflicts_request_id_staff_id"
        ),
    )


def _request_contents() -> None:
    op.create_table(
        "request_contents",
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("nhs_number_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("person_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("patient_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("asked_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("purpose_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("request_contents", "request_id", "requests"),
        key("request_contents", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_request_contents"),
        sa.UniqueConstraint("request_id", name="uq_request_contents_request_id"),
    )
    op.create_index(
        "ix_request_contents_practice_id_nhs_number_index",
        "request_contents",
        ["practice_id", "nhs_number_index"],
    )
    op.create_index(
        "ix_request_contents_practice_id_person_index",
        "request_contents",
        ["practice_id", "person_index"],
    )


def _request_events() -> None:
    op.create_table(
        "request_events",
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("before", sa.String(length=20), nullable=True),
        sa.Column("after", sa.String(length=20), nullable=True),
        sa.Column("staff_id", sa.String(length=32), nullable=True),
        sa.Column("staff_name", sa.String(), nullable=False),
        sa.Column("details_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("request_events", "request_id", "requests"),
        key("request_events", "staff_id", "staff"),
        key("request_events", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_request_events"),
        sa.UniqueConstraint("request_id", "number", name="uq_request_events_request_id_number"),
    )


def _request_papers() -> None:
    op.create_table(
        "request_papers",
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(length=32), nullable=True),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("request_papers", "request_id", "requests"),
        key("request_papers", "added_by", "staff"),
        key("request_papers", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_request_papers"),
    )
    op.create_index(
        "ix_request_papers_practice_id_request_id", "request_papers", ["practice_id", "request_id"]
    )


def _request_sights() -> None:
    op.create_table(
        "request_sights",
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("wording", sa.String(length=64), nullable=True),
        sa.Column("is_signed", sa.Boolean(), nullable=False),
        sa.Column("page_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_by", sa.String(length=32), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=20), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.Column("verdict_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict_by", sa.String(length=32), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("request_sights", "request_id", "requests"),
        key("request_sights", "offered_by", "staff"),
        key("request_sights", "verdict_by", "staff"),
        key("request_sights", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_request_sights"),
        sa.UniqueConstraint("request_id", "number", name="uq_request_sights_request_id_number"),
    )
    op.create_index(
        "ix_request_sights_practice_id_request_id", "request_sights", ["practice_id", "request_id"]
    )


def _request_sight_files() -> None:
    op.create_table(
        "request_sight_files",
        sa.Column("sight_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("pdf_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("request_sight_files", "sight_id", "request_sights"),
        key("request_sight_files", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_request_sight_files"),
        sa.UniqueConstraint("sight_id", "kind", name="uq_request_sight_files_sight_id_kind"),
    )


def _request_consents() -> None:
    op.create_table(
        "request_consents",
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=True),
        sa.Column("application_on", sa.Date(), nullable=True),
        sa.Column("wants_to_see", sa.Boolean(), nullable=True),
        sa.Column("wish_known_on", sa.Date(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paper_id", sa.String(length=32), nullable=True),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("request_consents", "request_id", "requests"),
        key("request_consents", "asked_by", "staff"),
        key("request_consents", "paper_id", "request_papers"),
        key("request_consents", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_request_consents"),
        sa.UniqueConstraint("request_id", "number", name="uq_request_consents_request_id_number"),
    )
    op.create_index(
        "ix_request_consents_practice_id_request_id",
        "request_consents",
        ["practice_id", "request_id"],
    )
