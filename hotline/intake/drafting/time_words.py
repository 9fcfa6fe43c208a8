"""How people say when something was: days, parts of the day, hours, dates, spans and since when, as expressions. Pure.

Which of them a matter happened at is decided in `moments`.
"""

import re

NUMBER = r"[\d一二三四五六七八九十两]{1,3}"
YEAR_DIGIT = r"[零〇\d一二三四五六七八九]"
GAP = r"[，, ]?"

PART_OF_DAY = (
    r"(?:凌晨|清晨|大清早|一早|早上|早晨|早高峰|晚高峰|早|上午|中午|下午|傍晚|晚上|夜里|下半夜|后半夜|半夜|深夜|一晚|晚"
    r"|大半夜|晌午|擦黑|黄昏|夜间|午后|天亮(?:的时候)?|天黑(?:以后|的时候)?)"
)
NEAR_DAY = r"今儿个?|昨儿个?|前儿个?|明儿个?|今天|昨天|大前天|前天|明天|后天|昨晚|今早|今晚|前晚|昨夜"
VAGUE_DAYS = r"前几天|前两天|前些天|这两天|这几天|这几个月|这个把月|最近|近期|这阵子|这段时间|刚刚|刚才"
OFTEN = r"一到周末|一到晚上|一下雨|每天|天天|每晚|每周|每到"
WEEK = r"(?:周|星期|礼拜)"
WEEKDAY = rf"(?:上上?个?|这个?|下个?|每个?)?{WEEK}[一二三四五六日天末](?:\s?{NUMBER}[号日])?"
WHOLE_WEEK = r"上周|这周|上个?(?:星期|礼拜)|这个?(?:星期|礼拜)"
MONTH_OR_YEAR = r"(?:上上个月|上个?月|这个?月|下个?月|本月)(?:底|初|中旬|末)?|今年|去年|前年|明年|大前年|这学期|上学期"
SEASON = r"(?:春天|夏天|秋天|冬天|夏季|冬季|春节|国庆|清明|端午|中秋|元旦|年初|年底|月初|月底|暑假|寒假)"
IN_SEASON = rf"(?:今年|去年)?{SEASON}节?(?:这几个月|前一天|前后)?"
YEAR = rf"(?:二零|20){YEAR_DIGIT}{{2}}年"
SHORT_YEAR = rf"[零〇九八0-9]{YEAR_DIGIT}年"
DAY_OF_MONTH = rf"(?:二十|三十)?{NUMBER}几?[号日]"
MONTH_AND_DAY = rf"(?:{YEAR}(?:的)?)?(?<![百千第]){NUMBER}月(?:份|初|底|中旬|末)?(?:{DAY_OF_MONTH})?"
LUNAR = r"(?:农历)?(?:正|腊|冬)月(?:初?[一二三四五六七八九十]{1,3})?"
NO_HOUSE = r"楼|院|线|窗|门|桌|机|人|公|店|桩|表|铺|车|病|字|文|[，, ]?[\u4e00-\u9fff]{0,3}(?:幢|栋|单元|座)"
ONLY_DAY_OF_MONTH = rf"(?<![百千路街道\d一二三四五六七八九十]){NUMBER}几?[号日](?!{NO_HOUSE})(?=[^\d]|$)"
DATE = rf"{MONTH_AND_DAY}|{LUNAR}|{YEAR}|{SHORT_YEAR}(?!级)"
DAY = rf"(?:{NEAR_DAY}|{VAGUE_DAYS}|{WEEKDAY}|{WHOLE_WEEK}|{OFTEN}|{MONTH_OR_YEAR}|{IN_SEASON}|{DATE}|{ONLY_DAY_OF_MONTH})"

MINUTES = r"[\d一二三四五六七八九十]{1,3}分?(?![块万千百个元])"
HOUR = rf"(?:零|{NUMBER})点(?:半|多|来?钟|左右|一刻|三刻|以后|之后|{MINUTES})*(?:左右)?"
CLOCK = rf"{PART_OF_DAY}?{GAP}{HOUR}"
DAY_AND_HOUR = rf"(?:{DAY}的?{GAP})+(?:{CLOCK}|{PART_OF_DAY})?(?<![，, 的])"
MOMENT = rf"{DAY_AND_HOUR}|{CLOCK}|{PART_OF_DAY}(?={CLOCK})"

SINCE = r"从[^，。,.\s从]{1,7}?(?:那天起|开始|起)|开学以来|入[夏冬秋]以来"
END = rf"{MOMENT}|{NUMBER}点(?:多|半|钟)?|现在|至今|今天"
UP_TO = rf"(?:到|至|跟|和|、)\s?(?:{END})|一直(?:拉)?到\s?(?:{MOMENT})"
FROM_TO = rf"从?(?:{MOMENT})(?:以后)?(?:{GAP}(?:{UP_TO}))?(?:左右|开始|起|以后|前|以来)?"

COUNT = r"(?!半天)[\d一二三四五六七八九十两半好几]{1,3}"
LONG_UNIT = r"(?:来|多)?(?:天|个多?月|个多?星期|个多?礼拜|周|年|个多月|多天|多个月)"
SHORT_UNIT = r"(?:来|多)?(?:个多?小时|小时|来?分钟|个多?钟头|个半(?:小时|钟头))"
NO_AMOUNT = r"(?![的一二三四五六七八九十百千万\d])"
"""Behind a span: 两年的卡 and 一个月四百 tell no time."""
LONG_SPAN = rf"{COUNT}{LONG_UNIT}(?:了|多|以?前|之前)?{NO_AMOUNT}"
SHORT_SPAN = rf"{COUNT}{SHORT_UNIT}(?:了|以?前|之前)"
SPAN = rf"(?:已经|连续|持续|都|至少|大概|得有|快)?(?:{LONG_SPAN}|{SHORT_SPAN})"

TIME = re.compile(rf"{FROM_TO}|{SINCE}|{SPAN}")
LASTS = re.compile(SPAN)
ASKED_SPAN = re.compile(rf"{COUNT}(?:{LONG_UNIT}|{SHORT_UNIT})(?:了|多|以?前|之前)?")
HAS_DAY = re.compile(DAY)
ONLY_HOUR = re.compile(rf"(?:{CLOCK}|{PART_OF_DAY}).*")
VAGUE = re.compile(rf"天天|每天|最近|近期|刚才|刚刚|每晚|今天|今年|去年|前年|现在|晚上|每周|{SHORT_YEAR}")
"""What tells little beside anything else."""
NO_CERTAIN_DAY = ("一到", "一下", "天天", "每", "最近", "近期", "这", "今年", "去年", "前年", "上个", "上周", "刚")
"""How what is no day begins to which an hour could belong."""
