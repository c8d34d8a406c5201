"""The first tables, and the triggers that keep the audit and issued files as they are."""

import sqlalchemy as sa
from alembic import op

from lettergen.models.steps import forbid

revision = "001"
down_revision = None

# Rows that may be added but never changed; of these, the ones that may not be deleted either.
UNCHANGING = ("events", "document_files")
UNDELETABLE = ("events",)


def upgrade() -> None:
    _people()
    _documents()
    _drafts()
    _audit()
    for table in UNCHANGING:
        forbid("UPDATE", table)
    for table in UNDELETABLE:
        forbid("DELETE", table)


def _people() -> None:
    op.create_table(
        "practices",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("ods", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("secure_domains", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_practices"),
    )

    op.create_table(
        "staff",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("sign_in_id", sa.String(length=64), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name="fk_staff_practice_id_practices"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("email", name="uq_staff_email"),
        sa.UniqueConstraint("sign_in_id", name="uq_staff_sign_in_id"),
    )
    op.create_index("ix_staff_practice_id_name", "staff", ["practice_id", "name"])

    op.create_table(
        "clinicians",
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name="fk_clinicians_practice_id_practices"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_clinicians_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_clinicians"),
        sa.UniqueConstraint("staff_id", name="uq_clinicians_staff_id"),
    )


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("draft_id", sa.String(length=32), nullable=True),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("engine", sa.JSON(), nullable=False),
        sa.Column("author_id", sa.String(length=32), nullable=True),
        sa.Column("signer_id", sa.String(length=32), nullable=True),
        sa.Column("signer_name", sa.String(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("minutes_expected", sa.Integer(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("replaces_id", sa.String(length=32), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=32), nullable=True),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name="fk_documents_author_id_staff"),
        sa.ForeignKeyConstraint(["ended_by"], ["staff.id"], name="fk_documents_ended_by_staff"),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name="fk_documents_practice_id_practices"
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["documents.id"], name="fk_documents_replaces_id_documents"
        ),
        sa.ForeignKeyConstraint(["signer_id"], ["staff.id"], name="fk_documents_signer_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        sa.UniqueConstraint("draft_id", name="uq_documents_draft_id"),
        sa.UniqueConstraint("reference", name="uq_documents_reference"),
    )
    op.create_index(
        "ix_documents_practice_id_issued_at_id", "documents", ["practice_id", "issued_at", "id"]
    )
    op.create_index(
        "ix_documents_practice_id_slug_issued_at", "documents", ["practice_id", "slug", "issued_at"]
    )
    op.create_index("ix_documents_signer_id", "documents", ["signer_id"])

    op.create_table(
        "document_contents",
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("nhs_number_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("person_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("answers_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("typed_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("patient_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("signer_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("practice_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("warnings_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("addressee_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("file_name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("void_reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_document_contents_document_id_documents"
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name="fk_document_contents_practice_id_practices"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_document_contents"),
        sa.UniqueConstraint("document_id", name="uq_document_contents_document_id"),
    )
    op.create_index(
        "ix_document_contents_practice_id_nhs_number_index",
        "document_contents",
        ["practice_id", "nhs_number_index"],
    )
    op.create_index(
        "ix_document_contents_practice_id_person_index",
        "document_contents",
        ["practice_id", "person_index"],
    )

    op.create_table(
        "document_files",
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pdf_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_document_files_document_id_documents"
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name="fk_document_files_practice_id_practices"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_document_files"),
        sa.UniqueConstraint("document_id", "kind", name="uq_document_files_document_id_kind"),
    )

    op.create_table(
        "work",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=True),
        sa.Column("staff_name", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=True),
        sa.Column("family", sa.String(), nullable=True),
        sa.Column("requester", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("seconds_measured", sa.Integer(), nullable=True),
        sa.Column("minutes_stated", sa.Integer(), nullable=True),
        sa.Column("minutes_expected", sa.Integer(), nullable=True),
        sa.Column("document_id", sa.String(length=32), nullable=True),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_work_document_id_documents"
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name="fk_work_practice_id_practices"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_work_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_work"),
    )
    op.create_index("ix_work_practice_id_at", "work", ["practice_id", "at"])


def _drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.String(length=32), nullable=True),
        sa.Column("replaces_id", sa.String(length=32), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("typed_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name="fk_drafts_created_by_staff"),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name="fk_drafts_practice_id_practices"
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["documents.id"], name="fk_drafts_replaces_id_documents"
        ),
        sa.ForeignKeyConstraint(["saved_by"], ["staff.id"], name="fk_drafts_saved_by_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
    )
    op.create_index(
        "ix_drafts_practice_id_closed_at_saved_at",
        "drafts",
        ["practice_id", "closed_at", "saved_at"],
    )

    op.create_table(
        "reviews",
        sa.Column("draft_id", sa.String(length=32), nullable=False),
        sa.Column("signer_id", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("records", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("prepared_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("engine", sa.JSON(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["drafts.id"], name="fk_reviews_draft_id_drafts", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name="fk_reviews_practice_id_practices"
        ),
        sa.ForeignKeyConstraint(["signer_id"], ["staff.id"], name="fk_reviews_signer_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        sa.UniqueConstraint("draft_id", "signer_id", name="uq_reviews_draft_id_signer_id"),
    )
    op.create_index("ix_reviews_reference", "reviews", ["reference"])

    op.create_table(
        "review_files",
        sa.Column("review_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("pdf_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name="fk_review_files_practice_id_practices"
        ),
        sa.ForeignKeyConstraint(
            ["review_id"],
            ["reviews.id"],
            name="fk_review_files_review_id_reviews",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_review_files"),
        sa.UniqueConstraint("review_id", "kind", name="uq_review_files_review_id_kind"),
    )


def _audit() -> None:
    op.create_table(
        "event_chains",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seal", sa.LargeBinary(length=64), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name="fk_event_chains_practice_id_practices"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_event_chains"),
        sa.UniqueConstraint("practice_id", name="uq_event_chains_practice_id"),
    )

    op.create_table(
        "events",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(length=32), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("seal", sa.LargeBinary(length=64), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["staff.id"], name="fk_events_actor_id_staff"),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name="fk_events_practice_id_practices"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("practice_id", "number", name="uq_events_practice_id_number"),
    )
