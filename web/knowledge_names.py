"""Subjects, areas and units by name, and who brings in a file: what import, export and bundles of knowledge need of the core.

Called by the views, jobs and commands of import and export; limits and rules are in `knowledge_terms`.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel import clock
from hotline.kernel.db import Database, UnitOfWork
from hotline.kernel.scope import Scope
from hotline.people.models import Area, Officer, Unit
from hotline.tickets.models import Category
from knowledge_base import permissions
from knowledge_base.cells import Surroundings
from knowledge_base.guides import Placing
from knowledge_base.import_checks import Importer
from knowledge_base.importing import ImporterOf
from knowledge_base.lifecycle import EDITORS, UNITS
from knowledge_base.models import Becomes, ImportRun
from knowledge_base.naming import SLASH, Names
from web import auth, knowledge_terms


def names_of(session: Session) -> Names:
    """All open subjects, areas and units by their names."""
    subjects = {one.code: one for one in session.scalars(select(Category).where(Category.active))}
    paths = {
        code: SLASH.join(subjects[step].name for step in _steps(one) if step in subjects) for code, one in subjects.items()
    }
    areas = ((code, name) for code, name in session.execute(select(Area.code, Area.name)))
    units = session.execute(select(Unit.id, Unit.code, Unit.name).where(Unit.active)).all()
    return Names(paths, dict(areas), {key: (code, name) for key, code, name in units})


def importer_for(database: Database, session: Session, scope: Scope, becomes: Becomes) -> Importer:
    """An officer who brings in a file."""
    return Importer(
        _surroundings(database, session, owners_of(scope)), lambda unit: permissions.roles_for(scope, unit), becomes
    )


def house(database: Database, session: Session, becomes: Becomes) -> Importer:
    """The house itself, from its command line: an editor's rights."""
    return Importer(_surroundings(database, session, None), lambda unit: EDITORS, becomes)


def owners_of(scope: Scope) -> tuple[int, ...] | None:
    """The units an officer may write articles for; None for any."""
    if permissions.is_editor(scope):
        return None
    return tuple(sorted(unit_id for unit_id, role in scope.held if role in UNITS))


def importers(database: Database) -> ImporterOf:
    """Who brings in a run's file, with the rights they have when it is worked off."""

    def importer_of(session: Session, run: ImportRun) -> Importer | None:
        becomes = Becomes(run.becomes)
        if run.requested_by_id is None:
            return house(database, session, becomes)
        officer = session.get(Officer, run.requested_by_id)
        if officer is None or not officer.active:
            return None
        return importer_for(database, session, auth.scope_for(session, officer), becomes)

    return importer_of


def placing(uow: UnitOfWork) -> Placing:
    """What the city adds to a service guide."""
    known = {code: unit_id for unit_id, (code, _) in names_of(uow.session).units.items()}
    return Placing(knowledge_terms.terms(uow), known.get)


def _surroundings(database: Database, session: Session, owners: tuple[int, ...] | None) -> Surroundings:
    return Surroundings(names_of(session), knowledge_terms.terms_of(session, database.zone, clock.now()), owners)


def _steps(subject: Category) -> list[str]:
    return [step for step in subject.path.split("/") if step]
