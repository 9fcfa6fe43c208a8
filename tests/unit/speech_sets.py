"""Sentences of `tests/data/speech` and the demo city's names, as the tests of transcripts and their figures need them."""

import csv
import random
from functools import cache
from pathlib import Path

from asr.wording import text_rules
from asr.wording.lexicon import Lexicon
from sla import packaged
from web.demo import data
from web.lexicon import spoken_names, spoken_subjects

FOLDER = Path(__file__).parents[1] / "data" / "speech"
NOVEMBER = 11
LETTERS = (
    "桂影望江清晏听涛银杏书院柳浪芦汀长堤渔歌枕河星河科创绿荫墨香东篱飞虹松风青麓采薇锦帆揽月霁山红枫古樟栖云兰渚麦稻金穗耕读澄源智谷浣纱沉"
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊陆郝"
)
ENDINGS = ("路", "街", "巷", "小区", "花园", "新村", "苑", "小学", "医院", "公园", "市场", "有限公司", "社区", "村", "大厦")


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a table of that folder."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def plain_sentences() -> list[str]:
    """What callers and agents say without a name that was heard wrongly."""
    return FOLDER.joinpath("plain.txt").read_text(encoding="utf-8").splitlines()


@cache
def demo_lexicon() -> Lexicon:
    """The names of the demo city as `web.lexicon` reads them from its database, in the heating season."""
    subjects = spoken_subjects(category.name for category in data.load_city().categories)
    return Lexicon.of(demo_names(), text_rules.read(packaged.rule_values()), subjects).heated(NOVEMBER)


@cache
def demo_names() -> frozenset[str]:
    """All names of the demo city."""
    city = data.load_city()
    return spoken_names(
        areas=[(area.name, area.level) for area in city.areas],
        places=[(place.name, place.kind, place.aliases) for place in city.places],
        units=[unit.name for unit in city.units],
    )


def made_names(count: int) -> frozenset[str]:
    """So many different names of a big city, made by chance; the same each time."""
    chance, found = random.Random(1), set[str]()
    while len(found) < count:
        stem = "".join(chance.choice(LETTERS) for _ in range(chance.choice((2, 2, 2, 3, 4))))
        found.add(stem + chance.choice(ENDINGS))
    return frozenset(found)
