"""One telephone call through the real exchange: who speaks what, and the story of the request at the desk beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.exchange.asterisk import Asterisk
from tests.e2e.exchange.phones import AgentPhone, Citizen
from tests.e2e.people import Json
from tests.e2e.story import Story
from tests.e2e.waiting import until

LOG_TAIL = 40


@dataclass
class Telephony:
    """The exchange with its two telephones; their logs lie in `folder`."""

    asterisk: Asterisk
    folder: Path

    @contextmanager
    def call(self, story: Story, agent_says: Path, *, stay_s: float) -> Iterator[None]:
        """The story's caller is on the line with the agent, who has taken the call; ends when the caller hung up.

        The caller speaks the story's recording and hangs up `stay_s` after having begun.
        """
        self.asterisk.start()
        agent = AgentPhone(self.folder / "agent", self.asterisk.agent_port, agent_says)
        citizen = Citizen(self.folder / "citizen", self.asterisk.sip_port, story.phone, story.recording, stay_s)
        with agent.switched_on(), citizen.calling():
            offered = until(lambda: offer(story), what="the exchange offers the call")
            assert offered["origin"] == "asterisk"
            story.call_id = offered["id"]
            story.answer()
            yield

    def logs(self) -> str:
        """The last lines of each."""
        logs = [self.folder / "agent/baresip.log", self.folder / "citizen/sipp.log", self.folder / "asterisk/log/console"]
        there = [log for log in logs if log.exists()]
        return "\n".join(
            f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-LOG_TAIL:]) for log in there
        )


def offer(story: Story) -> Json:
    """The call that rings from the story's number; None when there is none."""
    return next((call for call in story.agent.get("/calls")["items"] if call["number"] == story.phone), None)


def said(story: Story, role: str) -> list[str]:
    """What that party said so far, sentence by sentence."""
    segments = story.agent.get(f"/calls/{story.call_id}/transcript")["segments"]
    return [segment["text"] for segment in segments if segment["role"] == role]
