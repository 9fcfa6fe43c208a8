"""From settings to parts: the one place where backends are opened, the same for web, worker, gateway and command line."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from hotline.insight.beside import Beside
from hotline.insight.watching import Watch
from hotline.kernel import plugins
from hotline.kernel.db import Database
from hotline.kernel.events import Subscribers, recorder
from hotline.kernel.files import Files
from hotline.kernel.search.analysis import Analyzer, packaged_words
from hotline.kernel.search.fallback import FallbackBackend
from hotline.kernel.search.port import Access, SearchBackend
from hotline.kernel.search.query import Search
from hotline.kernel.settings import Settings
from hotline.kernel.vault import Vault
from hotline.people.notifier import Notifier
from hotline.tickets.workflow import Workflow
from knowledge_base.answers import Desk
from knowledge_base.directory import Directory
from knowledge_base.guides import GuideSource
from knowledge_base.policy import packaged_policy
from knowledge_base.scorer import Scorer
from knowledge_base.synonyms import Synonyms
from knowledge_base.vocabulary import CityWords
from web.draft_asking import Asking, open_asking
from web.embedded import OpenedBroker, OpenedDatabase
from web.incident_reading import KeptReading
from web.incident_watch import IncidentWatch
from web.keys import kept_secret, secret_key
from web.push import Push
from web.queue import CeleryQueue, make_celery
from web.reactions.evaluations import Evaluations
from web.reactions.incidents import Incidents
from web.reactions.listening import Listening
from web.reactions.messages import Messages
from web.reactions.outward import Outward
from web.reactions.pushing import Pushing
from web.subscribers import subscribers


@dataclass(frozen=True)
class Container:
    """Everything a process works with. Closed once, at the end of the process."""

    settings: Settings
    opened_database: OpenedDatabase
    broker: OpenedBroker
    database: Database
    subscribers: Subscribers
    queue: CeleryQueue
    push: Push
    search: Search
    desk: Desk
    repeats_scorer: Scorer
    words: CityWords
    directory: Directory
    incidents: IncidentWatch
    beside: Beside
    files: Files
    notifier: Notifier
    guides: GuideSource
    linkages: Mapping[str, Any]  # partner name → dispatch.linkage.protocol.Linkage
    workflow: Workflow
    secret_key: str
    integrator_token: str
    asking: Asking | None

    def close(self) -> None:
        """Give back connections; the last user of an embedded server stops it."""
        if self.asking:
            self.asking.close()
        self.database.close()
        self.opened_database.close()


def build(settings: Settings) -> Container:
    """Open every backend that the settings name and wire them by the table of reactions."""
    folder = settings.data_dir
    opened, broker = _open_stores(settings)
    queue, push = CeleryQueue(make_celery(broker.celery_url)), Push(broker.redis_url)
    desk, words = _open_desk(settings)
    notifier: Notifier = plugins.open_url("hotline.notifiers", settings.notify_url, data_dir=folder)
    linkages = {name: plugins.open_url("hotline.linkages", url) for name, url in settings.linkage_urls.items()}
    workflow = _open_workflow(settings)
    outward, evaluations = Outward(desk.search, words, linkages), _open_evaluations(settings, notifier)
    reading = KeptReading(desk.search.analyzer)
    following = Incidents(push, Beside(reading))
    pushing = Pushing(push, following.holds_back)
    listening = Listening(push, asking=open_asking(settings))
    table = subscribers(pushing, Messages(notifier), listening, outward, evaluations, incidents=following)
    database = _open_database(settings, opened, table, queue, workflow)
    return Container(
        settings=settings,
        opened_database=opened,
        broker=broker,
        database=database,
        subscribers=table,
        queue=queue,
        push=push,
        search=desk.search,
        desk=desk,
        repeats_scorer=plugins.open_url("hotline.scorers", settings.repeats_scorer_url, data_dir=folder),
        words=words,
        directory=Directory(),
        incidents=IncidentWatch(Watch(reading), Lock()),
        beside=following.beside,
        files=plugins.open_url("hotline.files", settings.files_url, data_dir=folder),
        notifier=notifier,
        guides=plugins.open_url("hotline.guide_sources", settings.guides_url),
        linkages=linkages,
        workflow=workflow,
        secret_key=secret_key(settings),
        integrator_token=kept_secret(settings.integrator_token, folder, "integrator_token"),
        asking=listening.asking,
    )


def _open_stores(settings: Settings) -> tuple[OpenedDatabase, OpenedBroker]:
    folder = settings.data_dir
    folder.mkdir(parents=True, exist_ok=True)
    opened: OpenedDatabase = plugins.open_url("hotline.databases", settings.database_url, data_dir=folder)
    broker: OpenedBroker = plugins.open_url("hotline.brokers", settings.redis_url, data_dir=folder)
    return opened, broker


def _open_workflow(settings: Settings) -> Workflow:
    workflow: Workflow = plugins.load("hotline.workflows", settings.workflow)
    workflow.check()
    return workflow


def _open_database(
    settings: Settings, opened: OpenedDatabase, table: Subscribers, queue: CeleryQueue, workflow: Workflow
) -> Database:
    return Database(
        opened.url,
        recorder=recorder(table),
        put=queue.put,
        zone=ZoneInfo(settings.timezone),
        vault=open_vault(settings),
        pool=settings.database_pool,
        workflow=workflow,
        data_dir=settings.data_dir,
    )


def open_vault(settings: Settings) -> Vault:
    """The vault under the installation's secret, and under its former ones for what they sealed."""
    former = settings.former_secret_keys.get_secret_value().split(",")
    return Vault([secret_key(settings), *(secret.strip() for secret in former if secret.strip())])


def _open_evaluations(settings: Settings, notifier: Notifier) -> Evaluations:
    return Evaluations(notifier, plugins.open_url("hotline.robots", settings.robot_url), settings.public_url)


def _open_desk(settings: Settings) -> tuple[Desk, CityWords]:
    policy = packaged_policy()
    synonyms, analyzer = Synonyms(policy.synonyms), Analyzer(packaged_words())
    scorer: Scorer = plugins.open_url("hotline.scorers", settings.scorer_url, data_dir=settings.data_dir)
    desk = Desk(Search(open_search(settings), analyzer, synonyms), policy, scorer)
    return desk, CityWords(synonyms, analyzer)


def open_search(settings: Settings) -> SearchBackend:
    """The search store of the settings; one on a server with the embedded index behind it."""
    opened: SearchBackend = _open_store(settings, settings.search_url)
    if not urlsplit(settings.search_url).netloc:
        return opened
    spare: SearchBackend = _open_store(settings, settings.search_fallback_url)
    return FallbackBackend(opened, spare, settings.data_dir / "search" / "away")


def _open_store(settings: Settings, url: str) -> Any:  # the group's protocol
    access = Access(
        api_key=settings.search_api_key.get_secret_value(),
        password=settings.search_password.get_secret_value(),
        ca_file=settings.search_ca_file,
    )
    return plugins.open_url("hotline.search_backends", url, data_dir=settings.data_dir, access=access)
