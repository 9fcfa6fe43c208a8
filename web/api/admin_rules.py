"""Rules that are no limits over HTTP: list with history, give one another value. What they mean is in `sla.rule_changes`."""

from apiflask import APIBlueprint

from asr import retention
from asr.wording import text_rules
from dispatch import catalogue_rules, ranking_rules
from hotline.insight import hot_topic_rules, incident_rules
from hotline.intake import repeat_rules, risk_rules
from hotline.kernel import clock
from hotline.people.permissions import Role
from knowledge_base import rules as knowledge_rules
from sla import rule_changes
from web.api.present_timing import names_of, rule_shown
from web.api.schemas.timing import RuleBody, Rules, RuleShown
from web.auth import allowed
from web.requests import reading, takes, working

api = APIBlueprint("admin_rules", __name__, url_prefix="/api/v1/admin/rules", tag="Administration")
ADMINISTRATOR = Role.ADMINISTRATOR.value
READERS = (
    *(*rule_changes.READERS, incident_rules.read, hot_topic_rules.read, knowledge_rules.read),
    *(catalogue_rules.read, ranking_rules.read, repeat_rules.read, risk_rules.read, text_rules.read, retention.read),
)


@api.get("")
@api.output(Rules)
@allowed(ADMINISTRATOR)
def list_rules() -> Rules:
    """Every rule with the value in force, the default, and its changes."""
    with reading() as session:
        found = rule_changes.listed(session, clock.now())
        names = names_of(session, [row.changed_by_id for rule in found for row in rule.history])
        return Rules(items=[rule_shown(rule, names) for rule in found])


@api.put("/<key>")
@takes(api, RuleBody)
@api.output(RuleShown)
@allowed(ADMINISTRATOR)
def put_rule(key: str, body: RuleBody) -> RuleShown:
    """Give a rule another value; a refusal names the rule and what is wrong with the value."""
    with working() as uow:
        since = body.effective_from
        rule_changes.put(uow, key, body.value, source=body.source, effective_from=since, readers=READERS)
        found = next(rule for rule in rule_changes.listed(uow.session, uow.now) if rule.key == key)
        return rule_shown(found, names_of(uow.session, [row.changed_by_id for row in found.history]))
