"""The kind of thing a question asks for, and whether a sentence holds a thing of that kind.

A near miss differs from a good question in one slot: the report has the topic, not the phone number. Each row of
``SLOTS`` says how the wish shows in a question and how its fulfilment shows in a sentence.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from corpus.numerals import Number, read_numbers
from qa.normalise import Query

_MANY = r"(?:多少|几|啥|什么)"


@dataclass(frozen=True, slots=True)
class Slot:
    """One kind of thing."""

    name: str
    chinese: str  # as a refusal names it
    wish: re.Pattern[str]
    held: Callable[[str, tuple[Number, ...]], bool]  # sentence, its numbers


def _text(pattern: str) -> Callable[[str, tuple[Number, ...]], bool]:
    compiled = re.compile(pattern)
    return lambda sentence, _: compiled.search(sentence) is not None


def _kind(*kinds: str) -> Callable[[str, tuple[Number, ...]], bool]:
    return lambda _, numbers: any(number.kind in kinds for number in numbers)


def _counted(sentence: str, numbers: tuple[Number, ...]) -> bool:
    return any(number.kind not in ("date", "year", "time", "name") for number in numbers)


_TIME = re.compile(r"年底|年内|年初|底前|季度|月|期间|截[至止]|同期|每[年天日周]|第[一二三四五六七八九十]年")


def _dated(sentence: str, numbers: tuple[Number, ...]) -> bool:
    """今年 and 日间 tell no time."""
    return _TIME.search(sentence) is not None or any(number.kind in ("date", "year", "time", "duration") for number in numbers)


SLOTS: tuple[Slot, ...] = tuple(
    Slot(name, chinese, re.compile(wish), held)
    for name, chinese, wish, held in (
        (
            "money",
            "价格和费用",
            rf"{_MANY}[^,，。?？]{{0,6}}(?:钱|块|元|费|价|款)|(?:费用|(?<!消费)价格|收费|单价|票价|补贴|补偿|租金|利息|工资|预算|造价|投资)"
            rf"[^,，。]{{0,8}}(?:多少|几|标准|$)|(?:多少|几)万(?![吨人户亩公平里米斤件台辆次个家剂])",
            _kind("money"),
        ),
        (
            "phone",
            "电话",
            r"电话|号码|联系方式|怎么联系|如何联系|打哪个|拨打|微信号|热线.{0,4}几号",
            _text(r"\d{7,}|\d{3,4}-\d{7,8}|电话"),
        ),
        (
            "address",
            "地址",
            r"地址|位置|怎么走|怎么去|哪条(?:路|马路|弄)|几号楼|门牌|(?:开|设|建|坐落|位于|搬)在(?:哪|什么地方)|在哪(?:儿|里|块|个地方)?(?:\?|？|$|啊|呀|呢)|"
            r"去哪(?:里|儿)?(?!.{0,6}(?:写|说))|到哪里|几号线",
            _text(r"[路弄街]\d|\d+[号弄]|路|村|街坊|小区|位于|地址"),
        ),
        ("hours", "时间安排", r"几点|开门|关门|营业|开放时间|上下班|下班|末班|首班|时间段|周[一二三四五六日末]|星期", _text(r"\d+[点时:：]|营业时间|开放时间")),
        (
            "when",
            "时间",
            r"什么时候|何时|哪(?:一)?[天年月日]|几月|几号(?!楼|线)|日期|哪个月|什么时间|时间是",
            _dated,
        ),
        ("duration", "用了多久", r"多久|多长时间|[几多]少?个?(?:天|小时|年|月|分钟|星期|钟头)|几天", _kind("duration")),
        (
            "person",
            "人的姓名",
            r"(?:叫|是)(?:什么|啥)名|姓名|名字|姓什么|(?:是|找|由|被)谁|谁(?:是|当|做|来|负责|担任|获)|哪(?:位|几位|个人|些人)|名单",
            _text(r"书记|主任|同志|姓名"),
        ),
        (
            "body",
            "单位和机构的名称",
            r"哪(?:一)?(?:家|个|所|些)[^,，。]{0,4}(?:公司|企业|单位|机构|厂|店|学校|医院|组织|部门)|什么公司|谁(?:家|承包|施工|出钱)",
            _text(r"局|公司|学院|大学|中学|商会|中心|企业|机关|组织|协会|委|学校"),
        ),
        (
            "procedure",
            "办事步骤",
            r"(?:怎么|怎样|如何|哪里|哪儿|去哪|到哪)[^,，。]{0,6}(?:申请|办理|报名|预约|加入|领取|申领|登记|排队|办|参加)|"
            r"(?:申请|报名|办理|办|入会|加入|领取|享受|预约).{0,3}(?:条件|手续|流程|材料|步骤|方式|方法|表|要求)|要?(?:带|准备|交|填)(?:什么|哪些|啥)|"
            r"什么条件|资格|怎么(?:弄|搞)到",
            _text(r"申请条件|携带|提交.{0,6}材料|办理流程|报名方式"),
        ),
        ("reason", "原因", r"为什么|为何|原因|凭什么|怎么会|理由", _text(r"针对|由于|因|为了|根据|影响|以.{0,12}为")),
        ("rate", "比例", r"百分之|百分比|比例|比率|占比|几成|[率](?:是|有|达|多|为|$)|占.{0,4}(?:多少|几)", _kind("percent", "fraction", "points")),
        ("count", "数量", r"(?:多少|几)|数量|人数|总数|个数|[户台件次家份场]数|一共有", _counted),
    )
)
_OF = {slot.name: slot for slot in SLOTS}

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:年|$|(?!\d))")
_OTHER_YEAR = re.compile(r"去年|前年|明年|后年|往年|上一?年度?|历年|近几年|这几年|下一?年|前几年")


def wishes(text: str) -> tuple[Slot, ...]:
    """The slots a question asks for, in the order of ``SLOTS``; () when it asks for none of them."""
    return tuple(slot for slot in SLOTS if slot.wish.search(text))


@lru_cache(maxsize=100_000)
def numbers_of(text: str) -> tuple[Number, ...]:
    """Numbers of a sentence, names left out; kept, for sentences come back with every question."""
    return tuple(number for number in read_numbers(text) if number.kind != "name")


@lru_cache(maxsize=100_000)
def holds(name: str, sentence: str) -> bool:
    """Whether a sentence holds a thing of that kind."""
    return _OF[name].held(sentence, numbers_of(sentence))


def other_years(query: Query, report_year: int | None) -> list[str]:
    """Years or year words in the question that are not the report's own year."""
    years = [year for year in _YEAR.findall(query.text) if report_year is None or int(year) != report_year]
    return years + _OTHER_YEAR.findall(query.text)
