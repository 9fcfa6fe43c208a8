"""Tickets of a big city for benchmarks: the demo city's wording at made-up places, the n-th always the same. No database."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

from hotline.kernel.search.analysis import Analyzer
from hotline.kernel.search.port import IndexDoc
from web.demo.worst_day import Call, worst_day

PLACES, HOUSES, DAYS = 6_000, 240, 365
STEMS = (
    "春夏秋云松竹梅兰桂桃柳枫荷莲江河湖海山溪泉石星月晨霞虹翠碧青紫金银玉珠锦绣华福康宁安泰和顺瑞祥吉庆丰盛景明德仁义礼信文武"
)
ENDS = ("花园", "小区", "家园", "苑", "新村", "公寓", "路", "街", "大道", "巷", "广场", "小学", "医院", "市场")
HOLE = "@"


@dataclass(frozen=True)
class Made:
    """One ticket's words."""

    title: str
    body: str
    address: str


class MadeTickets:
    """The words of ticket n, and its document without cutting the same words a million times."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        day = worst_day(1, date(2026, 11, 20), ZoneInfo("Asia/Shanghai"))
        shapes = {(_holed(call.title, call), _holed(call.body, call)) for call in day if not call.is_of_event}
        self.shapes = sorted(shape for shape in shapes if HOLE in shape[1])
        chosen = random.Random(12345)
        self.places = [f"{''.join(chosen.sample(STEMS, 2))}{ENDS[n % len(ENDS)]}" for n in range(PLACES)]

    def words(self, n: int) -> Made:
        """Title, body and address of ticket n."""
        title, body = self.shapes[self.shape_of(n)]
        place, house = self.places[self.place_of(n)], self.house_of(n)
        return Made(title.replace(HOLE, place), body.replace(HOLE, f"{place}{house}号"), f"{place}{house}号")

    def document(self, n: int, opened_day: int) -> IndexDoc:
        """Ticket n as the index keeps it."""
        title, body = self._cut_shapes[self.shape_of(n)]
        place, house = self._cut_places[self.place_of(n)], self.house_of(n)
        texts = {
            "title": title.replace(HOLE, place),
            "body": body.replace(HOLE, f"{place} {house} 号"),
            "address": f"{place} {house} 号",
        }
        return IndexDoc(str(n), texts, {"confidential": ("no",)}, {"opened_day": opened_day})

    def documents(self, count: int, today: int) -> Iterator[IndexDoc]:
        """Tickets 2 to count."""
        return (self.document(n, today - self.age_days(n)) for n in range(2, count + 1))

    def shape_of(self, n: int) -> int:
        """Which wording ticket n has."""
        return (n * 31 + n // 977) % len(self.shapes)

    def place_of(self, n: int) -> int:
        """Which place ticket n names: some are named far more often than others."""
        return int(PLACES * ((n * 7919 % 100_003) / 100_003) ** 2)

    def house_of(self, n: int) -> int:
        """The house number of ticket n."""
        return n * 104_729 % HOUSES + 1

    def age_days(self, n: int) -> int:
        """How many days ago ticket n was opened."""
        return n * 7 % DAYS

    @cached_property
    def _cut_shapes(self) -> list[tuple[str, str]]:
        return [(self._cut(title), self._cut(body)) for title, body in self.shapes]

    @cached_property
    def _cut_places(self) -> list[str]:
        return [self._analyzer.spaced(place) for place in self.places]

    def _cut(self, text: str) -> str:
        return f" {HOLE} ".join(self._analyzer.spaced(part) for part in text.split(HOLE))


def _holed(text: str, call: Call) -> str:
    """The text with the place of the call's address cut out."""
    longest = max((call.address[a:b] for a in range(len(call.address)) for b in range(a + 2, len(call.address) + 1)
                   if call.address[a:b] in text), key=len, default="")  # fmt: skip
    return text.replace(longest, HOLE) if longest else text
