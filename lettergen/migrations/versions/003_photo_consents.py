"""Tables for consents to photographs, whose signed parts and events may only be added to."""

import sqlalchemy as sa
from alembic import op

from lettergen.models.steps import forbid, key

revision = "003"
down_revision = "002"

# Frozen once signed; of these, what proves that somebody acted may not be deleted either.
UNCHANGING = (
    "consent_records",
    "consent_grants",
    "consent_grant_images",
    "consent_events",
    "consent_questions",
)
UNDELETABLE = ("consent_events", "consent_questions")


def upgrade() -> None:
    op.add_column("practices", sa.Column("consent_settings", sa.JSON(), nullable=True))
    op.add_column("staff", sa.Column("pin_hash", sa.String(length=255), nullable=True))
    op.add_column(
        "staff", sa.Column("pin_failures", sa.Integer(), server_default="0", nullable=False)
    )
    _consent_records()
    _consent_grants()
    _consent_images()
    _consent_grant_images()
    _consent_events()
    _consent_uses()
    _consent_tasks()
    _consent_questions()
    _consent_drafts()
    _consent_draft_files()
    for table in UNCHANGING:
        forbid("UPDATE", table)
    for table in UNDELETABLE:
        forbid("DELETE", table)


def _consent_records() -> None:
    op.create_table(
        "consent_records",
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=True),
        sa.Column("route", sa.String(length=30), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_by", sa.String(length=32), nullable=True),
        sa.Column("is_imported", sa.Boolean(), nullable=False),
        sa.Column("is_intimate", sa.Boolean(), nullable=False),
        sa.Column("is_identifiable", sa.Boolean(), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=True),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=True),
        sa.Column("nhs_number_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("person_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("answers_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("consent_records", "document_id", "documents"),
        key("consent_records", "filed_by", "staff"),
        key("consent_records", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_consent_records"),
        sa.UniqueConstraint("document_id", name="uq_consent_records_document_id"),
        sa.UniqueConstraint(
            "practice_id", "reference", name="uq_consent_records_practice_id_reference"
        ),
    )
    op.create_index(
        "ix_consent_records_practice_id_nhs_number_index",
        "consent_records",
        ["practice_id", "nhs_number_index"],
    )
    op.create_index(
        "ix_consent_records_practice_id_person_index",
        "consent_records",
        ["practice_id", "person_index"],
    )
    op.create_index(
        "ix_consent_records_practice_id_signed_at", "consent_records", ["practice_id", "signed_at"]
    )


def _consent_grants() -> None:
    op.create_table(
        "consent_grants",
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("scope_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("consent_grants", "practice_id", "practices"),
        key("consent_grants", "record_id", "consent_records"),
        sa.PrimaryKeyConstraint("id", name="pk_consent_grants"),
    )
    op.create_index(
        "ix_consent_grants_practice_id_valid_until",
        "consent_grants",
        ["practice_id", "valid_until"],
    )
    op.create_index("ix_consent_grants_record_id", "consent_grants", ["record_id"])


def _consent_images() -> None:
    op.create_table(
        "consent_images",
        sa.Column("number_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("nhs_number_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("nhs_number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("details_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("preview_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("consent_images", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_consent_images"),
        sa.UniqueConstraint(
            "practice_id",
            "number_index",
            "nhs_number_index",
            name="uq_consent_images_practice_id_number_index_nhs_number_index",
        ),
    )
    op.create_index(
        "ix_consent_images_practice_id_nhs_number_index",
        "consent_images",
        ["practice_id", "nhs_number_index"],
    )


def _consent_grant_images() -> None:
    op.create_table(
        "consent_grant_images",
        sa.Column("grant_id", sa.String(length=32), nullable=False),
        sa.Column("image_id", sa.String(length=32), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("linked_by", sa.String(length=32), nullable=True),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("consent_grant_images", "grant_id", "consent_grants"),
        key("consent_grant_images", "image_id", "consent_images"),
        key("consent_grant_images", "linked_by", "staff"),
        key("consent_grant_images", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_consent_grant_images"),
        sa.UniqueConstraint(
            "grant_id", "image_id", name="uq_consent_grant_images_grant_id_image_id"
        ),
    )
    op.create_index("ix_consent_grant_images_image_id", "consent_grant_images", ["image_id"])


def _consent_events() -> None:
    op.create_table(
        "consent_events",
        sa.Column("grant_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=True),
        sa.Column("by_role", sa.String(length=20), nullable=False),
        sa.Column("how", sa.String(length=30), nullable=False),
        sa.Column("by_name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("details_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("consent_events", "grant_id", "consent_grants"),
        key("consent_events", "practice_id", "practices"),
        key("consent_events", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name="pk_consent_events"),
        sa.UniqueConstraint("grant_id", "number", name="uq_consent_events_grant_id_number"),
    )
    op.create_index(
        "ix_consent_events_practice_id_kind_said_at",
        "consent_events",
        ["practice_id", "kind", "said_at"],
    )


def _consent_uses() -> None:
    op.create_table(
        "consent_uses",
        sa.Column("grant_id", sa.String(length=32), nullable=True),
        sa.Column("image_id", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=True),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("by_name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("details_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("consent_uses", "grant_id", "consent_grants"),
        key("consent_uses", "image_id", "consent_images"),
        key("consent_uses", "practice_id", "practices"),
        key("consent_uses", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name="pk_consent_uses"),
    )
    op.create_index("ix_consent_uses_grant_id", "consent_uses", ["grant_id"])
    op.create_index("ix_consent_uses_image_id", "consent_uses", ["image_id"])
    op.create_index(
        "ix_consent_uses_practice_id_used_at", "consent_uses", ["practice_id", "used_at"]
    )


def _consent_tasks() -> None:
    op.create_table(
        "consent_tasks",
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("grant_id", sa.String(length=32), nullable=True),
        sa.Column("use_id", sa.String(length=32), nullable=True),
        sa.Column("document_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("owner_id", sa.String(length=32), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(length=32), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("consent_tasks", "document_id", "documents"),
        key("consent_tasks", "done_by", "staff"),
        key("consent_tasks", "grant_id", "consent_grants"),
        key("consent_tasks", "owner_id", "staff"),
        key("consent_tasks", "practice_id", "practices"),
        key("consent_tasks", "record_id", "consent_records"),
        key("consent_tasks", "use_id", "consent_uses"),
        sa.PrimaryKeyConstraint("id", name="pk_consent_tasks"),
    )
    op.create_index(
        "ix_consent_tasks_practice_id_done_at_due_on",
        "consent_tasks",
        ["practice_id", "done_at", "due_on"],
    )
    op.create_index("ix_consent_tasks_record_id", "consent_tasks", ["record_id"])


def _consent_questions() -> None:
    op.create_table(
        "consent_questions",
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=True),
        sa.Column("asker", sa.String(), nullable=False),
        sa.Column("image_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("about", sa.Date(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("grant_id", sa.String(length=32), nullable=True),
        sa.Column("asked_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("consent_questions", "asked_by", "staff"),
        key("consent_questions", "grant_id", "consent_grants"),
        key("consent_questions", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_consent_questions"),
    )
    op.create_index(
        "ix_consent_questions_practice_id_asked_at",
        "consent_questions",
        ["practice_id", "asked_at"],
    )
    op.create_index(
        "ix_consent_questions_practice_id_image_index",
        "consent_questions",
        ["practice_id", "image_index"],
    )


def _consent_drafts() -> None:
    op.create_table(
        "consent_drafts",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=True),
        sa.Column("version", sa.String(length=20), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.String(length=32), nullable=True),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offered_by", sa.String(length=32), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended", sa.String(length=20), nullable=True),
        sa.Column("record_id", sa.String(length=32), nullable=True),
        sa.Column("document_id", sa.String(length=32), nullable=True),
        sa.Column("answers_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("shown_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("consent_drafts", "created_by", "staff"),
        key("consent_drafts", "document_id", "documents"),
        key("consent_drafts", "offered_by", "staff"),
        key("consent_drafts", "practice_id", "practices"),
        key("consent_drafts", "record_id", "consent_records"),
        key("consent_drafts", "saved_by", "staff"),
        sa.PrimaryKeyConstraint("id", name="pk_consent_drafts"),
        sa.UniqueConstraint("reference", name="uq_consent_drafts_reference"),
    )
    op.create_index(
        "ix_consent_drafts_practice_id_closed_at_saved_at",
        "consent_drafts",
        ["practice_id", "closed_at", "saved_at"],
    )


def _consent_draft_files() -> None:
    op.create_table(
        "consent_draft_files",
        sa.Column("draft_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["consent_drafts.id"],
            name="fk_consent_draft_files_draft_id_consent_drafts",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name="fk_consent_draft_files_practice_id_practices"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_consent_draft_files"),
    )
    op.create_index(
        "ix_consent_draft_files_practice_id_draft_id_kind",
        "consent_draft_files",
        ["practice_id", "draft_id", "kind"],
    )
