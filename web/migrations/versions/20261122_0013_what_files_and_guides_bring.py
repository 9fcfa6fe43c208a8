"""What a file of articles brings waits in its run until it is taken; how far guides of the service platform were followed.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guide_sync",
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("findings", postgresql.JSONB(), nullable=False),
        sa.Column("error", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_guide_sync")),
    )
    op.alter_column("knowledge_import", "content_type", type_=sa.String(128), existing_nullable=False)
    op.add_column("knowledge_import", sa.Column("becomes", sa.String(24), server_default="draft", nullable=False))
    op.add_column("knowledge_import", sa.Column("headings", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False))
    op.add_column("knowledge_import", sa.Column("rows", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False))


def downgrade() -> None:
    for name in ("rows", "headings", "becomes"):
        op.drop_column("knowledge_import", name)
    op.alter_column("knowledge_import", "content_type", type_=sa.String(64), existing_nullable=False)
    op.drop_table("guide_sync")
