"""One request all the way, step by step. Every step bears that a process dies under it: it looks what is done and goes on.

Used by the golden story, which looks at each step closely, and by the same story with a process killed.
"""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from asr.audio import read_caller
from asr.gateways.client import AudioSocketCaller, GatewayUnreachable
from tests.e2e.people import Client, Json, Officer, citizen, exchange
from tests.e2e.stage import Stage
from tests.e2e.waiting import until

CALL_RATE_HZ = 8000
HOTLINE = ("agent1", "dispatcher1", "callback1", "auditor1", "leader1", "manager1")
CALL_OVER = ("ended", "abandoned")
FILLED = {"type", "body", "wanted", "category_code", "area_code", "address"}
"""Fields that the machine finds in all that the caller said."""
PUBLIC_REPLY = "经查该工地未取得夜间施工证明，已责令停止并依法处理。"
INTERNAL_REPLY = "执法人员到场，责令停工，留存监测数据。"
REPLY = {"reply_internal": INTERNAL_REPLY, "reply_public": PUBLIC_REPLY, "solved": "yes"}
NOT_SOLVED = {
    "contacted": "yes",
    "solved": "no",
    "satisfaction": "dissatisfied",
    "reason": "停了一晚又开工",
    "verbatim": "昨天夜里两点还在打",
}
SUBMITTED = {"text": "望江大道的工地夜间施工，半夜还在打混凝土，请制止夜间施工。", "address": "望江大道8号", "name": "陈女士"}
OF_THE_TICKET = ("dispatch", "merge")
"""Moves of the ticket; the others of this file are its unit's part's."""
SATISFIED = {"contacted": "yes", "solved": "yes", "satisfaction": "satisfied"}


@dataclass
class Cast:
    """The officers of the stories, each signed in once: the hotline's at the beginning, units' when first needed."""

    stage: Stage
    _signed_in: dict[str, Officer] = field(default_factory=dict)

    def enter(self) -> None:
        """Everybody of the hotline signs in."""
        for login in HOTLINE:
            self[login].get("/notices")

    def __getitem__(self, login: str) -> Officer:
        if login not in self._signed_in:
            self._signed_in[login] = Officer(self.stage, login)
        return self._signed_in[login]

    def close(self) -> None:
        """Everybody signs off."""
        for officer in self._signed_in.values():
            officer.close()


@dataclass
class Story:
    """A caller's request. `phone` is the caller's number and makes the story's tickets its own."""

    stage: Stage
    cast: Cast
    phone: str
    recording: Path
    call_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    contact_id: int = 0
    draft_id: int = 0
    ticket_id: int = 0
    number: str = ""
    query_code: str = ""
    unit: Json = None

    @property
    def agent(self) -> Officer:
        return self.cast["agent1"]

    @property
    def liaison(self) -> Officer:
        """The liaison officer of the unit the ticket went to."""
        (row,) = self.cast["dispatcher1"].get(f"/units?id={self.unit['id']}")["items"]
        return self.cast[row["code"]]

    def submit(self) -> None:
        """The citizen writes on the portal instead of calling; sending it again is the same ticket."""
        with at_the_portal(self.stage) as page:
            sent = page.post("/public/tickets", {**SUBMITTED, "phone": self.phone, "submission_key": self.call_id})
        self.number, self.query_code = sent["number"], sent["query_code"]
        waiting = self.cast["dispatcher1"].get("/tickets?view=to_dispatch&limit=200")["items"]
        (self.ticket_id,) = [row["id"] for row in waiting if row["number"] == self.number]

    def ring(self) -> None:
        """The exchange offers the call; offering it again is the same call."""
        with offering(self.stage) as line:
            line.post("/calls/offer", {"call_id": self.call_id, "number": self.phone, "origin": "sim"})

    def answer(self) -> None:
        """The agent takes the call."""
        contact = self.agent.post(f"/calls/{self.call_id}/answer")
        self.contact_id, self.draft_id = contact["id"], contact["drafts"][0]["id"]
        self.agent.watch(self.call_id)

    def speak(self, port: int | None = None) -> None:
        """The caller speaks; when the line breaks they call the gateway again. Then the caller hangs up."""
        pcm = read_caller(self.recording, CALL_RATE_HZ)
        until(lambda: self._played(pcm, port or self.stage.audio_port), what="the recording is played to its end")
        until(lambda: self.agent.get(f"/calls/{self.call_id}")["state"] in CALL_OVER, what="the call is over")

    @contextmanager
    def on_the_line(self, port: int) -> Iterator[None]:
        """The caller has spoken and stays on the line while inside."""
        caller = AudioSocketCaller("127.0.0.1", port, uuid.UUID(self.call_id), CALL_RATE_HZ)
        try:
            for _ in caller.play(read_caller(self.recording, CALL_RATE_HZ)):
                pass
            yield
        finally:
            caller.hang_up()

    def fill(self) -> None:
        """The machine fills the draft from the words; the agent words the title."""
        until(lambda: set(self.draft()["fields"]) >= FILLED, what="the draft fills")
        draft = self.draft()
        edit = {"version": draft["version"], "fields": {"title": f"望江大道工地夜间施工（{self.phone[-4:]}）"}}
        self.agent.ask("PATCH", f"/drafts/{self.draft_id}", edit)

    def confirm(self) -> None:
        """The agent makes the ticket; confirming again is the same ticket."""
        draft = self.draft()
        row = self.agent.post(f"/drafts/{self.draft_id}/confirm", {"version": draft["version"]})
        self.ticket_id, self.number = row["id"], row["number"]
        self.agent.post(f"/contacts/{self.contact_id}/close", {"summary_code": "ticket_opened"})

    def dispatch(self) -> None:
        """The dispatcher confirms the first unit of the proposal."""
        candidates = self.cast["dispatcher1"].get(f"/tickets/{self.ticket_id}/proposal")["candidates"]
        self.unit = candidates[0]["unit"]
        self._move(self.cast["dispatcher1"], "dispatch", {"unit_id": self.unit["id"]}, lambda: self.state() != "pending")

    def handle(self) -> None:
        """The unit signs, contacts the requester and replies."""
        self.sign()
        self.contact()
        self.reply()

    def sign(self) -> None:
        """The unit signs."""
        self._move(self.liaison, "sign", {}, lambda: self.part()["signed_at"])

    def contact(self) -> None:
        """The unit contacts the requester."""
        self._move(self.liaison, "contact", {"note": "已电话联系"}, lambda: self.part()["contacted_at"])

    def reply(self) -> None:
        """The unit replies."""
        self._move(self.liaison, "reply", REPLY, lambda: self.part()["replied_at"])

    def ask_to_suspend(self, until_at: str) -> None:
        """The unit asks to let the matter rest until that moment."""
        given = {"reason": "等待许可证审查结果", "until": until_at}
        self._move(self.liaison, "ask_suspension", given, lambda: self.detail()["requests"])

    def suspend(self) -> None:
        """The auditor agrees: the ticket rests."""
        auditor = self.cast["auditor1"]
        self._move(auditor, "grant_suspension", {"note": "理由成立"}, lambda: self.detail()["requests"][0]["decided_at"])

    def merge_into(self, main: "Story") -> None:
        """The dispatcher lets the ticket go with another."""
        given = {"main_id": main.ticket_id, "note": "同一工地"}
        self._move(self.cast["dispatcher1"], "merge", given, lambda: self.state() == "merged")

    def doubt(self) -> None:
        """Called back, the requester says that it is not solved."""
        self._call_back(NOT_SOLVED, "review")

    def redo(self) -> None:
        """The auditor finds the requester right: the unit does it again."""
        decision = {"verdict": "reasonable", "basis": "复核录音与现场照片", "decision": "redo"}

        def decide() -> bool:
            if self.state() == "review":
                body = {**decision, "version": self.detail()["version"]}
                self.cast["auditor1"].ask("POST", f"/tickets/{self.ticket_id}/review", body)
            return bool(self.detail()["round"] == 2)

        until(self._bearing_conflict(decide), what="the redo")

    def satisfy(self) -> None:
        """Called back again, the requester is satisfied, and the ticket closes."""
        self._call_back(SATISFIED, "closed")

    def steps(self) -> list[Callable[[], None]]:
        """The whole way in order."""
        before = (self.ring, self.answer, self.speak, self.fill, self.confirm, self.dispatch, self.handle)
        return [*before, self.doubt, self.redo, self.handle, self.satisfy]

    def draft(self) -> Json:
        """The draft as the agent sees it."""
        return self.agent.get(f"/drafts/{self.draft_id}")

    def detail(self) -> Json:
        """The ticket as the dispatcher sees it."""
        return self.cast["dispatcher1"].get(f"/tickets/{self.ticket_id}")

    def state(self) -> str:
        """Where the ticket stands."""
        return str(self.detail()["state"])

    def part(self) -> Json:
        """The unit's part of the present round."""
        return max(self.detail()["assignments"], key=lambda entry: entry["round"])

    def callback(self) -> Json:
        """The open call-back of the ticket, None without one."""
        rows = self.cast["callback1"].get("/callbacks?limit=200")["items"]
        return next((row for row in rows if row["ticket"]["id"] == self.ticket_id), None)

    def _played(self, pcm: bytes, port: int) -> bool:
        try:
            caller = AudioSocketCaller("127.0.0.1", port, uuid.UUID(self.call_id), CALL_RATE_HZ)
        except GatewayUnreachable:
            return False
        try:
            for _ in caller.play(pcm):
                pass
        except GatewayUnreachable:
            return False
        finally:
            caller.hang_up()
        return True

    def _move(self, officer: Officer, action: str, given: Json, is_done: Callable[[], Json]) -> None:
        def move() -> bool:
            if not is_done():
                whole = action in OF_THE_TICKET
                seen, thing = (self.detail(), "tickets") if whole else (self.part(), "assignments")
                officer.ask("POST", f"/{thing}/{seen['id']}/actions/{action}", {"version": seen["version"], "given": given})
            return bool(is_done())

        until(self._bearing_conflict(move), what=action)

    def _call_back(self, answers: Json, follows: str) -> None:
        def call() -> bool:
            row = self.callback()
            if row is not None:
                body = {"connect_result": "reached", "answers": answers}
                self.cast["callback1"].ask("POST", f"/callbacks/{row['id']}/attempts", body)
            return self.state() == follows

        until(self._bearing_conflict(call), what=f"the call-back, then {follows}")

    def _bearing_conflict(self, act: Callable[[], bool]) -> Callable[[], bool]:
        """A repeat after a lost answer is refused as done already; the next look sees that it is."""

        def tried() -> bool:
            try:
                return act()
            except AssertionError as error:
                if ": 409 " not in str(error):
                    raise
                return False

        return tried


@contextmanager
def offering(stage: Stage) -> Iterator[Client]:
    """The exchange's line to the hotline."""
    line = exchange(stage)
    try:
        yield line
    finally:
        line.close()


@contextmanager
def at_the_portal(stage: Stage) -> Iterator[Client]:
    """A citizen's page."""
    page = citizen(stage)
    try:
        yield page
    finally:
        page.close()


@contextmanager
def dying(stage: Stage, name: str, after_s: float) -> Iterator[None]:
    """`kill -9` a process so many seconds after what is done inside began."""
    until(lambda: stage.pid(name), what=f"{name} runs")
    timer = threading.Timer(after_s, stage.kill, [name])
    timer.start()
    try:
        yield
    finally:
        timer.join()
