"""The words of danger with what the city changed (`risk.words`), read where it is wired: `intake` does not know `sla`."""

import json
from functools import lru_cache

from sqlalchemy.orm import Session

from hotline.intake import risk_rules
from hotline.intake.risk_words import RiskWords, load_risk_words, risk_words_of
from sla import book

KEPT = 4


def words_of(session: Session) -> RiskWords:
    """The list in force; made anew only when the rule changed."""
    value = book.values_of(session)[risk_rules.KEY]
    return _made(json.dumps(value, ensure_ascii=False, sort_keys=True)) if any(value.values()) else load_risk_words()


@lru_cache(KEPT)
def _made(value: str) -> RiskWords:
    return risk_words_of(risk_rules.read({risk_rules.KEY: json.loads(value)}))
