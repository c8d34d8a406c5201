"""Steps that several migrations take alike: name a foreign key, and let rows only be added to."""

import sqlalchemy as sa
from alembic import op


def key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    """Return the foreign key of a column, under the name that our tables give it."""
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")


def forbid(change: str, table: str) -> None:
    """Have the database refuse every UPDATE, or every DELETE, of a table."""
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
