"""Knowledge that units own and editors trust: reviews, tasks, questions asked, announcements, phone book, agreed wording.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

APART = """
update article set title = left(title, 128 - 3 - length(code)) || ' (' || code || ')', version = version + 1
where state <> 'withdrawn' and exists (
    select 1 from article as earlier
    where earlier.title = article.title and earlier.state <> 'withdrawn' and earlier.id < article.id
)
"""
# Titles are unique from here on; of two alike the later is told apart by its code.


def upgrade() -> None:
    op.create_table('announcement',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(length=24), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('title', sa.String(length=128), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('area_codes', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('places', sa.String(length=500), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_public', sa.Boolean(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('posted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('posted_by_id', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_announcement'))
    )
    op.create_index('ix_announcement_posted', 'announcement', ['ends_at'], unique=False, postgresql_where=sa.text("state = 'posted'"))
    op.create_index(op.f('ix_announcement_unit_id'), 'announcement', ['unit_id'], unique=False)
    op.create_table('knowledge_import',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('content_type', sa.String(length=64), nullable=False),
    sa.Column('dry', sa.Boolean(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('taken', sa.Integer(), nullable=False),
    sa.Column('findings', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('requested_by_id', sa.Integer(), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_knowledge_import'))
    )
    op.create_table('noticeboard_version',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('thing', sa.String(length=16), nullable=False),
    sa.Column('thing_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('content', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('officer_id', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_noticeboard_version')),
    sa.UniqueConstraint('thing', 'thing_id', 'number', name=op.f('uq_noticeboard_version_thing_thing_id_number'))
    )
    op.create_table('phone_entry',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(length=24), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('replaces_id', sa.BigInteger(), nullable=True),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('name', sa.String(length=128), nullable=False),
    sa.Column('phones', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('duty_phone', sa.String(length=32), nullable=False),
    sa.Column('hours', sa.String(length=200), nullable=False),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('area_code', sa.String(length=16), nullable=True),
    sa.Column('category_code', sa.String(length=32), nullable=True),
    sa.Column('keywords', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('proposed_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decision_note', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['replaces_id'], ['phone_entry.id'], name=op.f('fk_phone_entry_replaces_id_phone_entry')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_phone_entry'))
    )
    op.create_index('ix_phone_entry_state_kind', 'phone_entry', ['state', 'kind'], unique=False)
    op.create_index(op.f('ix_phone_entry_unit_id'), 'phone_entry', ['unit_id'], unique=False)
    op.create_index('uq_phone_entry_one_change_at_a_time', 'phone_entry', ['replaces_id'], unique=True, postgresql_where=sa.text("state = 'proposed'"))
    op.create_table('synonym_group',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('words', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_synonym_group'))
    )
    op.create_table('vocabulary_word',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('word', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('added_by_id', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vocabulary_word')),
    sa.UniqueConstraint('word', name=op.f('uq_vocabulary_word_word'))
    )
    op.create_table('wording',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(length=24), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=128), nullable=False),
    sa.Column('event', sa.String(length=200), nullable=False),
    sa.Column('keywords', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('not_to_say', sa.Text(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('posted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('posted_by_id', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wording'))
    )
    op.create_index('ix_wording_posted', 'wording', ['ends_at'], unique=False, postgresql_where=sa.text("state = 'posted'"))
    op.create_index(op.f('ix_wording_unit_id'), 'wording', ['unit_id'], unique=False)
    op.create_table('article_standing',
    sa.Column('article_id', sa.BigInteger(), nullable=False),
    sa.Column('shown', sa.Integer(), nullable=False),
    sa.Column('used', sa.Integer(), nullable=False),
    sa.Column('helpful', sa.Integer(), nullable=False),
    sa.Column('not_helpful', sa.Integer(), nullable=False),
    sa.Column('factor', sa.Double(), nullable=False),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_article_standing_article_id_article')),
    sa.PrimaryKeyConstraint('article_id', name=op.f('pk_article_standing'))
    )
    op.create_table('article_step',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('article_id', sa.BigInteger(), nullable=False),
    sa.Column('action', sa.String(length=32), nullable=False),
    sa.Column('source', sa.String(length=32), nullable=False),
    sa.Column('target', sa.String(length=32), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('officer_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_article_step_article_id_article')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_article_step'))
    )
    op.create_index(op.f('ix_article_step_article_id'), 'article_step', ['article_id'], unique=False)
    op.create_table('question_cluster',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('label', sa.String(length=200), nullable=False),
    sa.Column('category_code', sa.String(length=32), nullable=True),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('first_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('article_id', sa.BigInteger(), nullable=True),
    sa.Column('dismissed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_question_cluster_article_id_article')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_cluster'))
    )
    op.create_index(op.f('ix_question_cluster_last_at'), 'question_cluster', ['last_at'], unique=False)
    op.create_index(op.f('ix_question_cluster_unit_id'), 'question_cluster', ['unit_id'], unique=False)
    op.create_table('asked_question',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.Column('via', sa.String(length=24), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(length=24), nullable=False),
    sa.Column('article_id', sa.BigInteger(), nullable=True),
    sa.Column('confidence', sa.Double(), nullable=True),
    sa.Column('contact_id', sa.BigInteger(), nullable=True),
    sa.Column('officer_id', sa.Integer(), nullable=True),
    sa.Column('cluster_id', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_asked_question_article_id_article')),
    sa.ForeignKeyConstraint(['cluster_id'], ['question_cluster.id'], name=op.f('fk_asked_question_cluster_id_question_cluster')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asked_question'))
    )
    op.create_index(op.f('ix_asked_question_at'), 'asked_question', ['at'], unique=False)
    op.create_index(op.f('ix_asked_question_cluster_id'), 'asked_question', ['cluster_id'], unique=False)
    op.create_index('ix_asked_question_to_cluster', 'asked_question', ['id'], unique=False, postgresql_where=sa.text("cluster_id is null and outcome <> 'sure'"))
    op.create_table('knowledge_task',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('state', sa.String(length=24), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.BigInteger(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=True),
    sa.Column('cluster_id', sa.BigInteger(), nullable=True),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('field', sa.String(length=32), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('reply', sa.Text(), nullable=False),
    sa.Column('contact_id', sa.BigInteger(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('late_told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_knowledge_task_article_id_article')),
    sa.ForeignKeyConstraint(['cluster_id'], ['question_cluster.id'], name=op.f('fk_knowledge_task_cluster_id_question_cluster')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_knowledge_task'))
    )
    op.create_index(op.f('ix_knowledge_task_article_id'), 'knowledge_task', ['article_id'], unique=False)
    op.create_index('ix_knowledge_task_open', 'knowledge_task', ['due_at'], unique=False, postgresql_where=sa.text("state = 'open'"))
    op.create_index(op.f('ix_knowledge_task_unit_id'), 'knowledge_task', ['unit_id'], unique=False)
    op.create_index('uq_knowledge_task_one_a_cluster', 'knowledge_task', ['cluster_id'], unique=True, postgresql_where=sa.text("state <> 'dismissed'"))
    op.create_index('uq_knowledge_task_one_review', 'knowledge_task', ['article_id', 'kind'], unique=True, postgresql_where=sa.text("state = 'open' and kind in ('review', 'policy_changed')"))
    op.add_column('article', sa.Column('replaces_id', sa.BigInteger(), nullable=True))
    op.add_column('article', sa.Column('replaces_revision', sa.Integer(), nullable=True))
    op.add_column('article', sa.Column('attachments', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False))
    op.add_column('article', sa.Column('origin', sa.String(length=32), nullable=True))
    op.add_column('article', sa.Column('origin_id', sa.String(length=128), nullable=True))
    op.add_column('article', sa.Column('ticket_id', sa.BigInteger(), nullable=True))
    op.add_column('article', sa.Column('created_by_id', sa.Integer(), nullable=True))
    op.add_column('article', sa.Column('review_note', sa.Text(), server_default='', nullable=False))
    op.add_column('article', sa.Column('step_due_at', sa.DateTime(timezone=True), nullable=True))
    op.alter_column('article', 'code',
               existing_type=sa.VARCHAR(length=64),
               nullable=True)
    op.create_index('ix_article_state_review_due', 'article', ['state', 'review_due'], unique=False)
    op.create_index('uq_article_one_change_at_a_time', 'article', ['replaces_id'], unique=True, postgresql_where=sa.text("state in ('draft', 'unit_review', 'editor_review')"))
    op.create_index('uq_article_origin', 'article', ['origin', 'origin_id'], unique=True, postgresql_where=sa.text('origin is not null'))
    op.execute(APART)
    op.create_index('uq_article_title', 'article', ['title'], unique=True, postgresql_where=sa.text("replaces_id is null and state <> 'withdrawn'"))
    op.create_foreign_key(op.f('fk_article_replaces_id_article'), 'article', 'article', ['replaces_id'], ['id'])
    op.add_column('article_use', sa.Column('asked_id', sa.BigInteger(), nullable=True))
    op.add_column('article_use', sa.Column('place', sa.String(length=24), nullable=True))
    op.add_column('article_use', sa.Column('rank', sa.Integer(), nullable=True))
    op.add_column('article_use', sa.Column('confidence', sa.Double(), nullable=True))
    op.create_index('uq_article_use_once_for_a_question', 'article_use', ['asked_id', 'article_id', 'kind'], unique=True, postgresql_where=sa.text('asked_id is not null and contact_id is null'))
    op.add_column('article_version', sa.Column('note', sa.Text(), server_default='', nullable=False))


def downgrade() -> None:
    op.execute("delete from article_version where article_id in (select id from article where code is null)")
    op.execute("delete from article_step")
    op.execute("delete from article_use where article_id in (select id from article where code is null)")
    op.drop_column('article_version', 'note')
    op.drop_index('uq_article_use_once_for_a_question', table_name='article_use', postgresql_where=sa.text('asked_id is not null and contact_id is null'))
    op.drop_column('article_use', 'confidence')
    op.drop_column('article_use', 'rank')
    op.drop_column('article_use', 'place')
    op.drop_column('article_use', 'asked_id')
    op.drop_constraint(op.f('fk_article_replaces_id_article'), 'article', type_='foreignkey')
    op.drop_index('uq_article_title', table_name='article', postgresql_where=sa.text("replaces_id is null and state <> 'withdrawn'"))
    op.drop_index('uq_article_origin', table_name='article', postgresql_where=sa.text('origin is not null'))
    op.drop_index('uq_article_one_change_at_a_time', table_name='article', postgresql_where=sa.text("state in ('draft', 'unit_review', 'editor_review')"))
    op.drop_index('ix_article_state_review_due', table_name='article')
    op.execute("delete from article where code is null")
    op.alter_column('article', 'code', existing_type=sa.VARCHAR(length=64), nullable=False)
    op.drop_column('article', 'step_due_at')
    op.drop_column('article', 'review_note')
    op.drop_column('article', 'created_by_id')
    op.drop_column('article', 'ticket_id')
    op.drop_column('article', 'origin_id')
    op.drop_column('article', 'origin')
    op.drop_column('article', 'attachments')
    op.drop_column('article', 'replaces_revision')
    op.drop_column('article', 'replaces_id')
    op.drop_index('uq_knowledge_task_one_review', table_name='knowledge_task', postgresql_where=sa.text("state = 'open' and kind in ('review', 'policy_changed')"))
    op.drop_index('uq_knowledge_task_one_a_cluster', table_name='knowledge_task', postgresql_where=sa.text("state <> 'dismissed'"))
    op.drop_index(op.f('ix_knowledge_task_unit_id'), table_name='knowledge_task')
    op.drop_index('ix_knowledge_task_open', table_name='knowledge_task', postgresql_where=sa.text("state = 'open'"))
    op.drop_index(op.f('ix_knowledge_task_article_id'), table_name='knowledge_task')
    op.drop_table('knowledge_task')
    op.drop_index('ix_asked_question_to_cluster', table_name='asked_question', postgresql_where=sa.text("cluster_id is null and outcome <> 'sure'"))
    op.drop_index(op.f('ix_asked_question_cluster_id'), table_name='asked_question')
    op.drop_index(op.f('ix_asked_question_at'), table_name='asked_question')
    op.drop_table('asked_question')
    op.drop_index(op.f('ix_question_cluster_unit_id'), table_name='question_cluster')
    op.drop_index(op.f('ix_question_cluster_last_at'), table_name='question_cluster')
    op.drop_table('question_cluster')
    op.drop_index(op.f('ix_article_step_article_id'), table_name='article_step')
    op.drop_table('article_step')
    op.drop_table('article_standing')
    op.drop_index(op.f('ix_wording_unit_id'), table_name='wording')
    op.drop_index('ix_wording_posted', table_name='wording', postgresql_where=sa.text("state = 'posted'"))
    op.drop_table('wording')
    op.drop_table('vocabulary_word')
    op.drop_table('synonym_group')
    op.drop_index('uq_phone_entry_one_change_at_a_time', table_name='phone_entry', postgresql_where=sa.text("state = 'proposed'"))
    op.drop_index(op.f('ix_phone_entry_unit_id'), table_name='phone_entry')
    op.drop_index('ix_phone_entry_state_kind', table_name='phone_entry')
    op.drop_table('phone_entry')
    op.drop_table('noticeboard_version')
    op.drop_table('knowledge_import')
    op.drop_index(op.f('ix_announcement_unit_id'), table_name='announcement')
    op.drop_index('ix_announcement_posted', table_name='announcement', postgresql_where=sa.text("state = 'posted'"))
    op.drop_table('announcement')
