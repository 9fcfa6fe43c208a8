"""What ranking goes by and does not know itself: the city's rules and its learner. Called by views, jobs and commands."""

from datetime import timedelta

from sqlalchemy.orm import Session

from dispatch import automatic, models_book, ranking_rules, shelf, training, wishes
from dispatch.automatic import Terms
from dispatch.models import RankerModel
from dispatch.ranking_rules import RankingRules
from dispatch.training import Course
from hotline.kernel import clock, plugins
from hotline.kernel.db import Actor, Database
from hotline.kernel.errors import Conflict
from sla import book
from web import dispatch_rules

LEARNERS, LEARNER = "hotline.learners", "scikit"


def rules_of(session: Session) -> RankingRules:
    """The city's rules of learning and automatic dispatch in force."""
    return ranking_rules.read(book.values_of(session))


def train(database: Database, note: str = "", actor: Actor | None = None) -> RankerModel:
    """Train a ranker now, keep it, and switch it on where the rules say so and it is no worse than what ranks."""
    with database.read() as session:
        rules = rules_of(session).training
        course = Course(plugins.load(LEARNERS, LEARNER)(), rules, database.zone)
        trained = training.learn(session, course, shelf.live(session))
    with database.work(*([actor] if actor else [])) as uow:
        row = models_book.add(uow, trained, note)
        if rules.switch and row.metrics["top1"] >= models_book.bar_of(uow.session, row):
            models_book.switch(uow, row.number, note)
    return row


def is_due(session: Session) -> bool:
    """Whether the clock should have a ranker trained: the newest is old enough, and there is something to learn from."""
    if not book.is_set_up(session):
        return False
    rules = rules_of(session).training
    newest = next(iter(models_book.listed(session)), None)
    if not rules.every_days or (newest and clock.now() - newest.trained_at < timedelta(days=rules.every_days)):
        return False
    return training.count(session) >= rules.least


def ask_when_due(database: Database) -> None:
    """Ask for a training by the clock."""
    with database.read() as session:
        folder, due = shelf.folder_of(session), is_due(session)
    if due and folder is not None:
        wishes.ask(folder, wishes.Wish(clock.now().isoformat()))


def train_wanted(database: Database) -> bool:
    """Train what was asked for, if anything; of several workers one does it."""
    with database.read() as session:
        folder = shelf.folder_of(session)
    wish = wishes.take(folder, clock.now()) if folder is not None else None
    if folder is None or wish is None:
        return False
    try:
        train(database, wish.note, Actor(wish.by_id) if wish.by_id else None)
    except Conflict:
        return False  # too few tickets: the page says how many are wanted
    finally:
        wishes.done(folder)
    return True


def dispatch_automatically(database: Database) -> int:
    """Send out what may go by itself."""
    with database.read() as session:
        if not book.is_set_up(session):
            return 0
        terms = Terms(rules_of(session).automatic, dispatch_rules.rules_of(session))
    return automatic.dispatch_due(database, terms)
