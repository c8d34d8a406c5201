"""What Alembic runs for each command: the caller's own connection and transaction."""

from alembic import context

from lettergen.models import Base


def run() -> None:
    """Migrate by the connection that the caller has opened, and locked against others."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
    )
    context.run_migrations()


run()
