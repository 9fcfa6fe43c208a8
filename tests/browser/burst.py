"""The burst main of the worst day, as the stories tell it: its first callers, and the incident that is seen in them."""

from collections.abc import Sequence
from datetime import date
from itertools import islice
from zoneinfo import ZoneInfo

from tests.browser.bends import Claim, Desk
from tests.e2e.people import Json
from web.demo.worst_day import Call, worst_day

CALLS = 12
SEED, DAY, ZONE = 12345, date(2026, 11, 22), ZoneInfo("Asia/Shanghai")
TOLD = "河西路供水主管爆裂，水务集团正在抢修，预计今日18时前恢复，街道办事处门口有应急供水车。"
"""What callers are told."""
ASKED = "河西路水管爆了，我们翠湖花园停水了，什么时候来水"
"""What one more of them asks."""


def calls() -> list[Call]:
    """The first callers of the event who only want it to end."""
    return list(islice((call for call in worst_day(SEED, DAY, ZONE) if call.is_of_event and call.category_code), CALLS))


def rings(desk: Desk, call: Call) -> Claim:
    """An agent takes the call down."""
    facts = {"area_code": call.area_code, "address": call.address, "category_code": call.category_code}
    return desk.opened(call.title, type="help", body=call.body, contact_phone=call.caller, contact_name="", **facts)


def seen(desk: Desk, claims: Sequence[Claim]) -> Json:
    """The incident that most of these tickets are of; None before it is seen."""
    wanted = {claim.id for claim in claims}
    for row in desk.dispatcher.get("/incidents")["items"]:
        found = {one["id"] for one in desk.dispatcher.get(f"/incidents/{row['id']}")["tickets"]}
        if len(found & wanted) > CALLS // 2:
            return row
    return None
