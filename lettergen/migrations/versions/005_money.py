"""Tables for money: fees, quotes, invoices, payments; what was invoiced or paid stands."""

import sqlalchemy as sa
from alembic import op

from lettergen.models.steps import forbid, key

revision = "005"
down_revision = "004"

# Only added to: what was done, and what was printed, stands.
UNCHANGING = ("fees", "invoices", "payments")
# A price that was offered is frozen; its state and its answer are not.
FROZEN = (
    "request_id",
    "fee_id",
    "payer_class",
    "requester_id",
    "net_pence",
    "vat_pence",
    "total_pence",
    "vat_class",
    "basis",
    "offered_at",
    "lapses_on",
    "payer_sealed",
    "says_sealed",
)
# Who may be asked to pay, by what was decided; whatever else was decided is free.
MAY_PAY = """(
    (requests.outcome = 'PATIENT_FEE' AND NEW.payer_class = 'patient')
    OR (requests.outcome = 'ORG_FEE' AND NEW.payer_class = 'organisation')
    OR (requests.outcome = 'STATE_FEE' AND NEW.payer_class = 'state')
)"""
PAYERS = "payer_class IN ('patient', 'organisation', 'state')"
SUM = "net_pence > 0 AND vat_pence >= 0 AND total_pence = net_pence + vat_pence"
LIVE_QUOTE = sa.text("state IN ('offered', 'accepted')")
IS_INVOICE = sa.text("kind = 'invoice'")


def upgrade() -> None:
    _invoice_series()
    _fees()
    _quotes()
    _invoices()
    _waivers()
    _payments()
    _money_papers()
    for table in UNCHANGING:
        forbid("UPDATE", table)
        forbid("DELETE", table)
    _freeze("quotes", FROZEN)
    _require_payer("quotes", "TRUE")
    _require_payer("invoices", "NEW.kind = 'invoice'")


def _invoice_series() -> None:
    op.create_table(
        "invoice_series",
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("invoice_series", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_invoice_series"),
        sa.UniqueConstraint("practice_id", name="uq_invoice_series_practice_id"),
    )


def _fees() -> None:
    op.create_table(
        "fees",
        sa.Column("type_key", sa.String(length=60), nullable=False),
        sa.Column("payer_class", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("obligation", sa.String(length=20), nullable=False),
        sa.Column("amount_pence", sa.Integer(), nullable=False),
        sa.Column("vat_class", sa.String(length=5), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("approved_by", sa.String(length=32), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.JSON(), nullable=False),
        sa.Column("public_text", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("fees", "approved_by", "staff"),
        key("fees", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_fees"),
        sa.UniqueConstraint(
            "practice_id",
            "type_key",
            "payer_class",
            "number",
            name="uq_fees_practice_id_type_key_payer_class_number",
        ),
        sa.CheckConstraint("amount_pence > 0", name="ck_fees_amount"),
        sa.CheckConstraint(
            "(obligation = 'PATIENT_FEE' AND payer_class IN ('patient', 'organisation')) OR "
            "(obligation = 'ORG_FEE' AND payer_class IN ('patient', 'organisation')) OR "
            "(obligation = 'STATE_FEE' AND payer_class = 'state')",
            name="ck_fees_payer",
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
        key("quotes", "request_id", "requests"),
        key("quotes", "fee_id", "fees"),
        key("quotes", "requester_id", "requesters"),
        key("quotes", "offered_by", "staff"),
        key("quotes", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_quotes"),
        sa.CheckConstraint(PAYERS, name="ck_quotes_payer"),
        sa.CheckConstraint(SUM, name="ck_quotes_sum"),
    )
    op.create_index(
        "uq_quotes_live",
        "quotes",
        ["request_id"],
        unique=True,
        sqlite_where=LIVE_QUOTE,
        postgresql_where=LIVE_QUOTE,
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
        sa.Column("seller_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("invoices", "request_id", "requests"),
        key("invoices", "quote_id", "quotes"),
        key("invoices", "corrects_id", "invoices"),
        key("invoices", "requester_id", "requesters"),
        key("invoices", "issued_by", "staff"),
        key("invoices", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_invoices"),
        sa.UniqueConstraint("practice_id", "number", name="uq_invoices_practice_id_number"),
        sa.CheckConstraint(PAYERS, name="ck_invoices_payer"),
        sa.CheckConstraint(SUM, name="ck_invoices_sum"),
        sa.CheckConstraint(
            "(kind = 'credit') = (corrects_id IS NOT NULL)", name="ck_invoices_kind"
        ),
    )
    op.create_index(
        "uq_invoices_quote",
        "invoices",
        ["quote_id"],
        unique=True,
        sqlite_where=IS_INVOICE,
        postgresql_where=IS_INVOICE,
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
        key("waivers", "request_id", "requests"),
        key("waivers", "quote_id", "quotes"),
        key("waivers", "asked_by", "staff"),
        key("waivers", "decided_by", "staff"),
        key("waivers", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_waivers"),
        sa.CheckConstraint("full_pence > 0", name="ck_waivers_amount"),
    )
    op.create_index("ix_waivers_request_id", "waivers", ["request_id"])
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
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("payments", "invoice_id", "invoices"),
        key("payments", "recorded_by", "staff"),
        key("payments", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
        sa.UniqueConstraint("practice_id", "once", name="uq_payments_practice_id_once"),
        sa.CheckConstraint("amount_pence <> 0", name="ck_payments_amount"),
    )
    op.create_index("ix_payments_invoice_id", "payments", ["invoice_id"])
    op.create_index(
        "ix_payments_practice_id_received_on", "payments", ["practice_id", "received_on"]
    )


def _money_papers() -> None:
    op.create_table(
        "money_papers",
        sa.Column("invoice_id", sa.String(length=32), nullable=True),
        sa.Column("payment_id", sa.String(length=32), nullable=True),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("money_papers", "invoice_id", "invoices"),
        key("money_papers", "payment_id", "payments"),
        key("money_papers", "document_id", "documents"),
        key("money_papers", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_money_papers"),
        sa.UniqueConstraint("invoice_id", name="uq_money_papers_invoice_id"),
        sa.UniqueConstraint("payment_id", name="uq_money_papers_payment_id"),
        sa.CheckConstraint(
            "(invoice_id IS NULL) <> (payment_id IS NULL)", name="ck_money_papers_subject"
        ),
    )


def _freeze(table: str, columns: tuple[str, ...]) -> None:
    name, message = f"{table}_frozen", f"what {table} offered may not be changed"
    changed = f"BEFORE UPDATE OF {', '.join(columns)} ON {table}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER {name} {changed} BEGIN SELECT RAISE(ABORT, '{message}'); END")
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{message}'; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} {changed} FOR EACH STATEMENT EXECUTE FUNCTION {name}()")


def _require_payer(table: str, when: str) -> None:
    """Let nobody be asked to pay for what is free, nor a patient for what a public body pays."""
    name, message = f"{table}_payer", f"{table}: nobody may be asked to pay for this request so"
    found = f"SELECT 1 FROM requests WHERE requests.id = NEW.request_id AND {MAY_PAY}"  # noqa: S608  (our own words alone)
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} "
            f"WHEN {when} AND NOT EXISTS ({found}) "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {when} AND NOT EXISTS ({found}) THEN RAISE EXCEPTION '{message}'; END IF; "
        "RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
