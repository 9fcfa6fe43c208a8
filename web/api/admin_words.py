"""Words that search knows, over HTTP: groups of one meaning, and the city's own names. Editors and administrators."""

from apiflask import APIBlueprint

from hotline.people.permissions import Role
from knowledge_base import synonyms, vocabulary
from knowledge_base.synonyms import GroupContent
from knowledge_base.vocabulary import WordContent
from knowledge_base.wordlists import SynonymGroup, VocabularyWord
from web.api.schemas.words import SynonymRow, Synonyms, Vocabulary, VocabularyRow
from web.auth import allowed
from web.requests import reading, takes, working

api = APIBlueprint("admin_words", __name__, url_prefix="/api/v1/admin", tag="Administration")
EDITORS = (Role.KNOWLEDGE_EDITOR, Role.ADMINISTRATOR)


@api.get("/synonyms")
@api.output(Synonyms)
@allowed(*EDITORS)
def list_synonyms() -> Synonyms:
    """The city's groups; those that come with the software hold beside them."""
    with reading() as session:
        return _groups(synonyms.groups(session))


@api.put("/synonyms")
@takes(api, Synonyms)
@api.output(Synonyms)
@allowed(*EDITORS)
def put_synonyms(body: Synonyms) -> Synonyms:
    """The whole list anew; search uses it within seconds, no index is rebuilt."""
    wanted = [GroupContent(one.id, one.words, one.note, one.active) for one in body.items]
    with working() as uow:
        return _groups(synonyms.put(uow, wanted))


@api.get("/vocabulary")
@api.output(Vocabulary)
@allowed(*EDITORS)
def list_vocabulary() -> Vocabulary:
    """The city's own words."""
    with reading() as session:
        return _words(vocabulary.words(session))


@api.put("/vocabulary")
@takes(api, Vocabulary)
@api.output(Vocabulary)
@allowed(*EDITORS)
def put_vocabulary(body: Vocabulary) -> Vocabulary:
    """The whole list anew; when words came or went, the indexes are rebuilt beside the live ones."""
    with working() as uow:
        vocabulary.put(uow, [WordContent(one.word, one.kind) for one in body.items])
        return _words(vocabulary.words(uow.session))


def _groups(rows: list[SynonymGroup]) -> Synonyms:
    return Synonyms(items=[SynonymRow(id=row.id, words=row.words, note=row.note, active=row.active) for row in rows])


def _words(rows: list[VocabularyWord]) -> Vocabulary:
    return Vocabulary(items=[VocabularyRow(id=row.id, word=row.word, kind=row.kind) for row in rows])
