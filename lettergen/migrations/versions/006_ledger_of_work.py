"""The ledger of work gets the columns of all three families, and sums beside it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from lettergen.models.steps import forbid, key

revision = "006"
down_revision = "005"

# What a row said stands: a correction is a row of its own.
UNCHANGING = ("work",)
NEW = (
    ("day", sa.Date()),
    ("noted_at", sa.DateTime(timezone=True)),
    ("step", sa.String(length=30)),
    ("requester_class", sa.String(length=30)),
    ("requester_id", sa.String(length=32)),
    ("request_id", sa.String(length=32)),
    ("payer", sa.String(length=20)),
    ("rule", sa.String(length=10)),
    ("fee_pence", sa.Integer()),
    ("received_on", sa.Date()),
    ("due_on", sa.Date()),
    ("days_taken", sa.Integer()),
    ("corrects_id", sa.String(length=32)),
)
AMOUNTS = (
    "letters", "discarded", "pages", "timed", "expected",
    "measured_gp", "measured_nurse", "measured_administrator", "measured_receptionist",
    "stated_gp", "stated_nurse", "stated_administrator", "stated_receptionist",
    "received", "decided", "turned_away", "came_back",
    "avoided", "avoided_expected", "avoided_seconds", "avoided_stated",
    "disputed", "timed_decisions", "decision_seconds",
    "released", "with_target", "in_target",
    "invoiced_pence", "received_pence", "waived", "waived_pence", "fees_refused",
)  # fmt: skip
DIMENSIONS = (
    "family", "type", "requester_class", "requester", "role", "staff", "outcome", "rule", "payer",
)  # fmt: skip
# The clock in London as an SQL expression; SQLite knows no time zones, see _days_of_england.
LONDON = "CAST(at AT TIME ZONE 'Europe/London' AS DATE)"


def upgrade() -> None:
    _widen()
    _ledgers()
    _sums()
    _spreads()
    _groups()
    for table in UNCHANGING:
        forbid("UPDATE", table)
        forbid("DELETE", table)


def _widen() -> None:
    for name, kind in NEW:
        op.add_column("work", sa.Column(name, kind, nullable=True))
    _fill()
    op.drop_index("ix_work_practice_id_at", table_name="work")
    with op.batch_alter_table("work") as table:
        table.drop_column("requester")
        table.alter_column("day", existing_type=sa.Date(), nullable=False)
        table.alter_column("noted_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        table.create_foreign_key("fk_work_corrects_id_work", "work", ["corrects_id"], ["id"])
        table.create_unique_constraint(
            "uq_work_practice_id_corrects_id", ["practice_id", "corrects_id"]
        )
    op.create_index("ix_work_practice_id_day", "work", ["practice_id", "day"])
    op.create_index("ix_work_practice_id_kind_day", "work", ["practice_id", "kind", "day"])
    op.create_index("ix_work_practice_id_request_id", "work", ["practice_id", "request_id"])
    op.create_index("ix_work_practice_id_slug_day", "work", ["practice_id", "slug", "day"])
    op.create_index(
        "ix_work_practice_id_requester_id_day", "work", ["practice_id", "requester_id", "day"]
    )


def _fill() -> None:
    """Give the rows of earlier versions their day in England and the role that they cost by."""
    op.execute("UPDATE work SET noted_at = at")
    if op.get_bind().dialect.name == "sqlite":
        _days_of_england()
    else:
        op.execute(f"UPDATE work SET day = {LONDON}")  # noqa: S608  (a constant)
    op.execute(
        "UPDATE work SET role = CASE role WHEN 'manager' THEN 'administrator' "
        "WHEN 'reception' THEN 'receptionist' ELSE CASE WHEN EXISTS (SELECT 1 FROM clinicians "
        "WHERE clinicians.staff_id = work.staff_id AND clinicians.body <> 'GMC') "
        "THEN 'nurse' ELSE 'gp' END END"
    )


def _days_of_england() -> None:
    bind = op.get_bind()
    for row_id, at in bind.execute(sa.text("SELECT id, at FROM work")).all():
        moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
        day = moment.astimezone(ZoneInfo("Europe/London")).date().isoformat()
        bind.execute(
            sa.text("UPDATE work SET day = :day WHERE id = :id"), {"day": day, "id": row_id}
        )


def _ledgers() -> None:
    op.create_table(
        "work_ledgers",
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("work_ledgers", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_work_ledgers"),
        sa.UniqueConstraint("practice_id", name="uq_work_ledgers_practice_id"),
    )


def _sums() -> None:
    op.create_table(
        "work_sums",
        sa.Column("grain", sa.String(length=20), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("value", sa.String(length=80), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in AMOUNTS),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("work_sums", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_work_sums"),
        sa.UniqueConstraint(
            "practice_id",
            "grain",
            "month",
            "value",
            name="uq_work_sums_practice_id_grain_month_value",
        ),
    )


def _spreads() -> None:
    op.create_table(
        "work_spreads",
        sa.Column("fact", sa.String(length=20), nullable=False),
        sa.Column("grain", sa.String(length=20), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("value", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("work_spreads", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_work_spreads"),
        sa.UniqueConstraint(
            "practice_id",
            "fact",
            "grain",
            "month",
            "value",
            "key",
            name="uq_work_spreads_practice_id_fact_grain_month_value_key",
        ),
    )


def _groups() -> None:
    op.create_table(
        "work_groups",
        sa.Column("span", sa.String(length=5), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.String(length=80), nullable=False) for name in DIMENSIONS),
        sa.Column("spreads", sa.JSON(), nullable=True),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in AMOUNTS),
        sa.Column("practice_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        key("work_groups", "practice_id", "practices"),
        sa.PrimaryKeyConstraint("id", name="pk_work_groups"),
    )
    op.create_index(
        "ix_work_groups_practice_id_span_day", "work_groups", ["practice_id", "span", "day"]
    )
