"""Tables for money: fees, quotes, invoices, payments; what was invoiced or paid stands."""

import sqlalchemy as sa
from alembic import op

revision = "005"
down_revision = "004"

# Only added to: what was done, and what was printed, stands.
UNCHANGING = ("invoices", "payments")


def upgrade() -> None:
    _invoice_series()
    _fees()
    _quotes()
    _invoices()
    _waivers()
    _payments()
    for table in UNCHANGING:
        _forbid("UPDATE", table)
        _forbid("DELETE", table)


def _invoice_series() -> None:
    op.create_table(
        "invoice_series",
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        _key("invoice_series", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_invoice_series"),
        sa.UniqueConstraint("practice_id", name="uq_invoice_series_practice_id"),
    )


def _fees() -> None:
    op.create_table(
        "fees",
        sa.Column("type_key", sa.String(length=60), nullable=False),
        sa.Column("payer_class", sa.String(length=20), nullable=False),
        sa.Column("amount_pence", sa.Integer(), nullable=False),
        sa.Column("vat_class", sa.String(length=5), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("approved_by", sa.String(length=32), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.JSON(), nullable=False),
        sa.Column("public_text", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        _key("fees", "approved_by", "staff"),
        _key("fees", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_fees"),
        sa.UniqueConstraint(
            "practice_id",
            "type_key",
            "payer_class",
            "effective_from",
            name="uq_fees_practice_id_type_key_payer_class_effective_from",
        ),
    )


def _quotes() -> None:
    op.create_table(
        "quotes",
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("fee_id", sa.String(length=32), nullable=True),
        sa.Column("payer_class", sa.String(length=20), nullable=False),
        sa.Column("requester_id", sa.String(length=32), nullable=True),
        sa.Column("net_pence", sa.Integer(), nullable=False),
        sa.Column("vat_pence", sa.Integer(), nullable=False),
        sa.Column("total_pence", sa.Integer(), nullable=False),
        sa.Column("vat_class", sa.String(length=5), nullable=False),
        sa.Column("basis", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_by", sa.String(length=32), nullable=True),
        sa.Column("lapses_on", sa.Date(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_how", sa.String(length=20), nullable=True),
        sa.Column("payer_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("says_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        _key("quotes", "request_id", "requests"),
        _key("quotes", "fee_id", "fees"),
        _key("quotes", "requester_id", "requesters"),
        _key("quotes", "offered_by", "staff"),
        _key("quotes", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_quotes"),
    )
    op.create_index("ix_quotes_practice_id_request_id", "quotes", ["practice_id", "request_id"])
    op.create_index("ix_quotes_state_lapses_on", "quotes", ["state", "lapses_on"])


def _invoices() -> None:
    op.create_table(
        "invoices",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("quote_id", sa.String(length=32), nullable=True),
        sa.Column("corrects_id", sa.String(length=32), nullable=True),
        sa.Column("requester_id", sa.String(length=32), nullable=True),
        sa.Column("payer_class", sa.String(length=20), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_by", sa.String(length=32), nullable=True),
        sa.Column("supplied_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("net_pence", sa.Integer(), nullable=False),
        sa.Column("vat_pence", sa.Integer(), nullable=False),
        sa.Column("total_pence", sa.Integer(), nullable=False),
        sa.Column("vat_class", sa.String(length=5), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=True),
        sa.Column("document_id", sa.String(length=32), nullable=True),
        sa.Column("seller_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        _key("invoices", "request_id", "requests"),
        _key("invoices", "quote_id", "quotes"),
        _key("invoices", "corrects_id", "invoices"),
        _key("invoices", "requester_id", "requesters"),
        _key("invoices", "issued_by", "staff"),
        _key("invoices", "document_id", "documents"),
        _key("invoices", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_invoices"),
        sa.UniqueConstraint("practice_id", "number", name="uq_invoices_practice_id_number"),
    )
    op.create_index("ix_invoices_corrects_id", "invoices", ["corrects_id"])
    op.create_index("ix_invoices_practice_id_issued_on", "invoices", ["practice_id", "issued_on"])
    op.create_index("ix_invoices_request_id", "invoices", ["request_id"])


def _waivers() -> None:
    op.create_table(
        "waivers",
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("quote_id", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("full_pence", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        _key("waivers", "request_id", "requests"),
        _key("waivers", "quote_id", "quotes"),
        _key("waivers", "asked_by", "staff"),
        _key("waivers", "decided_by", "staff"),
        _key("waivers", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_waivers"),
    )
    op.create_index(
        "ix_waivers_practice_id_state_asked_at", "waivers", ["practice_id", "state", "asked_at"]
    )


def _payments() -> None:
    op.create_table(
        "payments",
        sa.Column("invoice_id", sa.String(length=32), nullable=False),
        sa.Column("once", sa.String(length=64), nullable=False),
        sa.Column("amount_pence", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=32), nullable=True),
        sa.Column("document_id", sa.String(length=32), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        _key("payments", "invoice_id", "invoices"),
        _key("payments", "recorded_by", "staff"),
        _key("payments", "document_id", "documents"),
        _key("payments", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
        sa.UniqueConstraint("practice_id", "once", name="uq_payments_practice_id_once"),
    )
    op.create_index("ix_payments_invoice_id", "payments", ["invoice_id"])
    op.create_index(
        "ix_payments_practice_id_received_on", "payments", ["practice_id", "received_on"]
    )


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")


def _forbid(change: str, table: str) -> None:
    name, message = f"{table}_no_{change.lower()}", f"{table} may not be changed: {change}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {change} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{message}'; END $$"
    )
    # By statement, because TRUNCATE has no rows.
    changes = f"{change} OR TRUNCATE" if change == "DELETE" else change
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {changes} ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )
