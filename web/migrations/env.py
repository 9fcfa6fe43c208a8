"""Alembic's entry: connects to the URL of its configuration and compares with all models.

Column types of ours are written as the plain types under them, so that an old migration never imports today's code.
"""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import NullPool, TypeDecorator, create_engine

from hotline.kernel import plugins
from hotline.kernel import settings as kernel_settings
from web.models import metadata


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:  # alembic hands any schema item
    """Our own column types as the types they wrap."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def database_url() -> str:
    """The URL handed in by the caller, else the settings' database (for developers' `alembic` calls)."""
    given = context.config.attributes.get("url")
    if given:
        return str(given)
    settings = kernel_settings.load()
    return str(plugins.open_url("hotline.databases", settings.database_url, data_dir=settings.data_dir).url)


def run() -> None:
    """Migrate in one transaction."""
    # No pool: a migration that fails must leave no connection behind either.
    engine = create_engine(database_url(), poolclass=NullPool)
    with engine.begin() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata(),
            compare_type=True,
            render_item=render_item,
            user_module_prefix=None,
        )
        context.run_migrations()


run()
