"""Tables for what leaves the practice: certificates that seal, links, e-mail, and its facts."""

import sqlalchemy as sa
from alembic import op

revision = "002"
down_revision = "001"


def upgrade() -> None:
    op.add_column("document_contents", sa.Column("page_sealed", sa.LargeBinary(), nullable=True))
    _certificates()
    _links()
    _messages()


def _certificates() -> None:
    op.create_table(
        "certificates",
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(length=32), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["staff.id"], name="fk_certificates_added_by_staff"),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name="fk_certificates_practice_id_practices"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_certificates"),
    )
    op.create_index(
        "ix_certificates_practice_id_ended_at", "certificates", ["practice_id", "ended_at"]
    )
    op.create_index(
        "uq_certificates_practice_id_sealing",
        "certificates",
        ["practice_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong_answers", sa.Integer(), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lock_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(length=32), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaces_id", sa.String(length=32), nullable=True),
        sa.Column("birth_date_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("sent_to_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name="fk_links_made_by_staff"),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name="fk_links_practice_id_practices"
        ),
        sa.ForeignKeyConstraint(["replaces_id"], ["links.id"], name="fk_links_replaces_id_links"),
        sa.ForeignKeyConstraint(["revoked_by"], ["staff.id"], name="fk_links_revoked_by_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_links"),
        sa.UniqueConstraint("token_hash", name="uq_links_token_hash"),
    )
    op.create_index("ix_links_practice_id_locked_at", "links", ["practice_id", "locked_at"])
    op.create_index("ix_links_practice_id_subject_id", "links", ["practice_id", "subject_id"])

    op.create_table(
        "delivery_facts",
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("link_id", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=30), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name="fk_delivery_facts_link_id_links"),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name="fk_delivery_facts_practice_id_practices"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name="fk_delivery_facts_staff_id_staff"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_delivery_facts"),
    )
    op.create_index(
        "ix_delivery_facts_practice_id_subject_id_at",
        "delivery_facts",
        ["practice_id", "subject_id", "at"],
    )


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("subject_id", sa.String(length=32), nullable=True),
        sa.Column("link_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recipient_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("masked_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("heading_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("trouble_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name="fk_messages_link_id_links"),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name="fk_messages_made_by_staff"),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name="fk_messages_practice_id_practices"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
    )
    op.create_index("ix_messages_practice_id_subject_id", "messages", ["practice_id", "subject_id"])
    op.create_index("ix_messages_state_due_at", "messages", ["state", "due_at"])
