"""The right unit and the same matter: versions of the catalogue, duties, learnt rankers, repeats, incidents, hot topics.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('repeat_threshold',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('category_code', sa.String(length=32), nullable=False),
    sa.Column('threshold', sa.Double(), nullable=False),
    sa.Column('decisions', sa.Integer(), nullable=False),
    sa.Column('precision', sa.Double(), nullable=False),
    sa.Column('recall', sa.Double(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_repeat_threshold'))
    )
    op.create_index(op.f('ix_repeat_threshold_category_code'), 'repeat_threshold', ['category_code'], unique=False)
    op.create_table('catalogue_version',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('effective_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('source_name', sa.String(length=200), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by_id', sa.BigInteger(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by_id', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['made_by_id'], ['officer.id'], name=op.f('fk_catalogue_version_made_by_id_officer')),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['officer.id'], name=op.f('fk_catalogue_version_withdrawn_by_id_officer')),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_catalogue_version'))
    )
    op.execute(
        "insert into catalogue_version (number, effective_from, source_name, note, rows, made_at)"
        " select version, min(effective_from), '', '', count(*), now() from catalogue_entry group by version"
    )
    op.create_index(op.f('ix_catalogue_version_effective_from'), 'catalogue_version', ['effective_from'], unique=False)
    op.create_table('hot_topic_report',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('area_code', sa.String(length=16), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tickets', sa.Integer(), nullable=False),
    sa.Column('topics', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['area_code'], ['area.code'], name=op.f('fk_hot_topic_report_area_code_area')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hot_topic_report'))
    )
    op.create_index('ix_hot_topic_report_made', 'hot_topic_report', ['area_code', 'made_at'], unique=False)
    op.create_table('ranker_model',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('trained_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tickets', sa.Integer(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('metrics', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by_id', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['officer.id'], name=op.f('fk_ranker_model_by_id_officer')),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_ranker_model'))
    )
    op.create_table('duty',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('category_code', sa.String(length=32), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('effective_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('effective_to', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['category_code'], ['category.code'], name=op.f('fk_duty_category_code_category')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_duty_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duty')),
    sa.UniqueConstraint('unit_id', 'category_code', 'effective_from', name=op.f('uq_duty_unit_id_category_code_effective_from'))
    )
    op.create_index(op.f('ix_duty_category_code'), 'duty', ['category_code'], unique=False)
    op.create_table('ranker_switch',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('model_number', sa.Integer(), nullable=True),
    sa.Column('action', sa.String(length=16), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['officer.id'], name=op.f('fk_ranker_switch_by_id_officer')),
    sa.ForeignKeyConstraint(['model_number'], ['ranker_model.number'], name=op.f('fk_ranker_switch_model_number_ranker_model')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ranker_switch'))
    )
    op.create_table('incident',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=24), nullable=False),
    sa.Column('name', sa.String(length=128), nullable=False),
    sa.Column('keywords', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('category_code', sa.String(length=32), nullable=True),
    sa.Column('area_code', sa.String(length=16), nullable=True),
    sa.Column('place', sa.String(length=128), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('first_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('found_after', sa.Integer(), nullable=False),
    sa.Column('warned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('main_ticket_id', sa.BigInteger(), nullable=True),
    sa.Column('joined_into_id', sa.BigInteger(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['area_code'], ['area.code'], name=op.f('fk_incident_area_code_area')),
    sa.ForeignKeyConstraint(['category_code'], ['category.code'], name=op.f('fk_incident_category_code_category')),
    sa.ForeignKeyConstraint(['joined_into_id'], ['incident.id'], name=op.f('fk_incident_joined_into_id_incident')),
    sa.ForeignKeyConstraint(['main_ticket_id'], ['ticket.id'], name=op.f('fk_incident_main_ticket_id_ticket')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident'))
    )
    op.create_index('ix_incident_live', 'incident', ['last_at'], unique=False, postgresql_where=sa.text("state in ('spotted', 'confirmed', 'answered')"))
    op.create_table('return_lesson',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('category_code', sa.String(length=32), nullable=True),
    sa.Column('area_code', sa.String(length=16), nullable=True),
    sa.Column('named_unit_id', sa.BigInteger(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['area_code'], ['area.code'], name=op.f('fk_return_lesson_area_code_area')),
    sa.ForeignKeyConstraint(['category_code'], ['category.code'], name=op.f('fk_return_lesson_category_code_category')),
    sa.ForeignKeyConstraint(['named_unit_id'], ['unit.id'], name=op.f('fk_return_lesson_named_unit_id_unit')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_return_lesson_ticket_id_ticket')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_return_lesson_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_return_lesson'))
    )
    op.create_index(op.f('ix_return_lesson_at'), 'return_lesson', ['at'], unique=False)
    op.create_index(op.f('ix_return_lesson_category_code'), 'return_lesson', ['category_code'], unique=False)
    op.create_index(op.f('ix_return_lesson_ticket_id'), 'return_lesson', ['ticket_id'], unique=False)
    op.create_table('dispatch_decision',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('assignment_id', sa.BigInteger(), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('proposal_id', sa.BigInteger(), nullable=True),
    sa.Column('catalogue_version', sa.Integer(), nullable=False),
    sa.Column('model_number', sa.Integer(), nullable=True),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=True),
    sa.Column('probability', sa.Double(), nullable=True),
    sa.Column('automatic', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('sampled', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('overrides', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.BigInteger(), nullable=True),
    sa.Column('right', sa.Boolean(), nullable=True),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('checked_by_id', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_dispatch_decision_assignment_id_assignment')),
    sa.ForeignKeyConstraint(['by_id'], ['officer.id'], name=op.f('fk_dispatch_decision_by_id_officer')),
    sa.ForeignKeyConstraint(['checked_by_id'], ['officer.id'], name=op.f('fk_dispatch_decision_checked_by_id_officer')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_dispatch_decision_proposal_id_proposal')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_dispatch_decision_ticket_id_ticket')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_dispatch_decision_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dispatch_decision')),
    sa.UniqueConstraint('assignment_id', name=op.f('uq_dispatch_decision_assignment_id'))
    )
    op.create_index(
        "ix_dispatch_decision_to_check",
        "dispatch_decision",
        ["id"],
        unique=False,
        postgresql_where=sa.text("sampled and checked_at is null"),
    )
    op.create_index(op.f('ix_dispatch_decision_at'), 'dispatch_decision', ['at'], unique=False)
    op.create_index(op.f('ix_dispatch_decision_ticket_id'), 'dispatch_decision', ['ticket_id'], unique=False)
    op.create_table('incident_ticket',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('incident_id', sa.BigInteger(), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('likeness', sa.Double(), nullable=True),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('added_by_id', sa.BigInteger(), nullable=True),
    sa.Column('out_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('out_by_id', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['added_by_id'], ['officer.id'], name=op.f('fk_incident_ticket_added_by_id_officer')),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_incident_ticket_incident_id_incident')),
    sa.ForeignKeyConstraint(['out_by_id'], ['officer.id'], name=op.f('fk_incident_ticket_out_by_id_officer')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_incident_ticket_ticket_id_ticket')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident_ticket'))
    )
    op.create_index('ix_incident_ticket_in', 'incident_ticket', ['ticket_id'], unique=True, postgresql_where=sa.text('out_at is null'))
    op.create_index('ix_incident_ticket_incident', 'incident_ticket', ['incident_id', 'ticket_id'], unique=False)
    op.create_table('repeat_decision',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=True),
    sa.Column('draft_id', sa.BigInteger(), nullable=True),
    sa.Column('other_id', sa.BigInteger(), nullable=False),
    sa.Column('verdict', sa.String(length=16), nullable=False),
    sa.Column('score', sa.Double(), nullable=False),
    sa.Column('features', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('category_code', sa.String(length=32), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['officer.id'], name=op.f('fk_repeat_decision_by_id_officer')),
    sa.ForeignKeyConstraint(['category_code'], ['category.code'], name=op.f('fk_repeat_decision_category_code_category')),
    sa.ForeignKeyConstraint(['draft_id'], ['draft.id'], name=op.f('fk_repeat_decision_draft_id_draft')),
    sa.ForeignKeyConstraint(['other_id'], ['ticket.id'], name=op.f('fk_repeat_decision_other_id_ticket')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_repeat_decision_ticket_id_ticket')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_repeat_decision'))
    )
    op.create_index(op.f('ix_repeat_decision_at'), 'repeat_decision', ['at'], unique=False)
    op.create_index(op.f('ix_repeat_decision_draft_id'), 'repeat_decision', ['draft_id'], unique=False)
    op.create_index('ix_repeat_decision_pair', 'repeat_decision', ['ticket_id', 'other_id'], unique=False)
    op.add_column('assignment', sa.Column('override', sa.Text(), server_default='', nullable=False))
    op.add_column('catalogue_entry', sa.Column('conditions', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False))
    op.add_column('catalogue_entry', sa.Column('condition_key', sa.String(length=64), server_default='', nullable=False))
    op.drop_constraint(op.f('uq_catalogue_entry_version_category_code_area_rule_unit_rule'), 'catalogue_entry', type_='unique')
    op.create_unique_constraint('uq_catalogue_entry_row', 'catalogue_entry', ['version', 'category_code', 'area_rule', 'unit_rule', 'condition_key'])
    op.add_column('place', sa.Column('aliases', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False))
    op.add_column('place', sa.Column('road', sa.String(length=64), server_default='', nullable=False))
    op.add_column('place', sa.Column('numbers_from', sa.Integer(), nullable=True))
    op.add_column('place', sa.Column('numbers_to', sa.Integer(), nullable=True))
    op.add_column('place', sa.Column('parity', sa.String(length=4), server_default='', nullable=False))
    op.add_column('place', sa.Column('grid_code', sa.String(length=32), server_default='', nullable=False))
    op.add_column('place', sa.Column('active', sa.Boolean(), server_default='true', nullable=False))
    op.add_column('proposal', sa.Column('model_number', sa.Integer(), nullable=True))

    op.drop_table("unit_return_mark")


def downgrade() -> None:
    op.create_table(
        "unit_return_mark",
        sa.Column("category_code", sa.String(32), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["category_code"], ["category.code"], name=op.f("fk_unit_return_mark_category_code_category")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_return_mark_unit_id_unit")),
        sa.PrimaryKeyConstraint("category_code", "unit_id", name=op.f("pk_unit_return_mark")),
    )
    op.drop_column('proposal', 'model_number')
    op.drop_column('place', 'active')
    op.drop_column('place', 'grid_code')
    op.drop_column('place', 'parity')
    op.drop_column('place', 'numbers_to')
    op.drop_column('place', 'numbers_from')
    op.drop_column('place', 'road')
    op.drop_column('place', 'aliases')
    op.drop_constraint('uq_catalogue_entry_row', 'catalogue_entry', type_='unique')
    op.create_unique_constraint(op.f('uq_catalogue_entry_version_category_code_area_rule_unit_rule'), 'catalogue_entry', ['version', 'category_code', 'area_rule', 'unit_rule'], postgresql_nulls_not_distinct=False)
    op.drop_column('catalogue_entry', 'condition_key')
    op.drop_column('catalogue_entry', 'conditions')
    op.drop_column('assignment', 'override')
    op.drop_index('ix_repeat_decision_pair', table_name='repeat_decision')
    op.drop_index(op.f('ix_repeat_decision_draft_id'), table_name='repeat_decision')
    op.drop_index(op.f('ix_repeat_decision_at'), table_name='repeat_decision')
    op.drop_table('repeat_decision')
    op.drop_index('ix_incident_ticket_incident', table_name='incident_ticket')
    op.drop_index('ix_incident_ticket_in', table_name='incident_ticket', postgresql_where=sa.text('out_at is null'))
    op.drop_table('incident_ticket')
    op.drop_index(
        "ix_dispatch_decision_to_check",
        table_name="dispatch_decision",
        postgresql_where=sa.text("sampled and checked_at is null"),
    )
    op.drop_index(op.f('ix_dispatch_decision_ticket_id'), table_name='dispatch_decision')
    op.drop_index(op.f('ix_dispatch_decision_at'), table_name='dispatch_decision')
    op.drop_table('dispatch_decision')
    op.drop_index(op.f('ix_return_lesson_ticket_id'), table_name='return_lesson')
    op.drop_index(op.f('ix_return_lesson_category_code'), table_name='return_lesson')
    op.drop_index(op.f('ix_return_lesson_at'), table_name='return_lesson')
    op.drop_table('return_lesson')
    op.drop_index('ix_incident_live', table_name='incident', postgresql_where=sa.text("state in ('spotted', 'confirmed', 'answered')"))
    op.drop_table('incident')
    op.drop_table('ranker_switch')
    op.drop_index(op.f('ix_duty_category_code'), table_name='duty')
    op.drop_table('duty')
    op.drop_table('ranker_model')
    op.drop_index('ix_hot_topic_report_made', table_name='hot_topic_report')
    op.drop_table('hot_topic_report')
    op.drop_index(op.f('ix_catalogue_version_effective_from'), table_name='catalogue_version')
    op.drop_table('catalogue_version')
    op.drop_index(op.f('ix_repeat_threshold_category_code'), table_name='repeat_threshold')
    op.drop_table('repeat_threshold')
