"""Reactions that reach outside the database: the search index and the partners. Each may be repeated."""

from collections.abc import Mapping
from dataclasses import dataclass

from dispatch.events import TransferMoved, TransferOpened
from dispatch.linkage import sending
from dispatch.linkage.protocol import Linkage
from hotline.kernel.db import Database
from hotline.kernel.search.query import Search
from hotline.tickets import indexing as ticket_indexing
from hotline.tickets.events import AssignmentOpened, OrderMoved, TicketMoved, TicketOpened
from knowledge_base import indexing
from knowledge_base.events import ArticleChanged, VocabularyChanged
from knowledge_base.vocabulary import CityWords

TicketEvent = TicketOpened | TicketMoved | AssignmentOpened | OrderMoved


@dataclass(frozen=True)
class Outward:
    """The outside parts of this process."""

    search: Search
    words: CityWords
    linkages: Mapping[str, Linkage]

    def index_ticket(self, database: Database, delivery_id: int, event: TicketEvent) -> None:
        """Bring the ticket's place in the index up to date."""
        ticket_indexing.index_ticket(database, self.search, event.ticket_id)

    def index_article(self, database: Database, delivery_id: int, event: ArticleChanged) -> None:
        """Bring the article's place in the index up to date."""
        indexing.index_article(database, self.search, event.article_id)

    def learn_words(self, database: Database, delivery_id: int, event: VocabularyChanged) -> None:
        """Build the indexes anew with the city's words; search goes on with the old ones meanwhile."""
        with database.read() as session:
            self.words.learn(session)
        indexing.rebuild(database, self.search)
        ticket_indexing.rebuild(database, self.search)

    def send_transfer(self, database: Database, delivery_id: int, event: TransferOpened | TransferMoved) -> None:
        """Hand over to the partner what is still to be sent."""
        sending.send(database, self.linkages, delivery_id, event)
