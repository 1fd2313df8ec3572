"""Measure words: which there are, which mean the same, and what they measure.

A unit here is what is printed right after a number in a Chinese report: 件, 人次, 万元 without its 万, 个百分点.
"""

from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Literal

Dimension = Literal["count", "money", "length", "area", "volume", "mass", "power", "energy", "time", "percent", "points", "age", "multiple"]

# Physical units: (dimension, how many of the dimension's base unit). Money in 元, length in mm, mass in g, time in hours.
_SCALED: dict[str, tuple[Dimension, Fraction]] = {
    "元": ("money", Fraction(1)), "块钱": ("money", Fraction(1)), "圆": ("money", Fraction(1)), "人民币": ("money", Fraction(1)),
    "角": ("money", Fraction(1, 10)), "美元": ("money", Fraction(-1)), "新卢布": ("money", Fraction(-2)), "卢布": ("money", Fraction(-3)),
    "欧元": ("money", Fraction(-4)), "港元": ("money", Fraction(-5)), "日元": ("money", Fraction(-6)), "英镑": ("money", Fraction(-7)),
    "毫米": ("length", Fraction(1)), "mm": ("length", Fraction(1)), "厘米": ("length", Fraction(10)), "cm": ("length", Fraction(10)),
    "公分": ("length", Fraction(10)), "米": ("length", Fraction(1000)), "m": ("length", Fraction(1000)),
    "公里": ("length", Fraction(10**6)), "千米": ("length", Fraction(10**6)), "km": ("length", Fraction(10**6)),
    "里": ("length", Fraction(500_000)), "华里": ("length", Fraction(500_000)), "海里": ("length", Fraction(1_852_000)),
    "平方米": ("area", Fraction(1)), "平米": ("area", Fraction(1)), "平方": ("area", Fraction(1)),
    "平方公里": ("area", Fraction(10**6)), "平方千米": ("area", Fraction(10**6)),
    "公顷": ("area", Fraction(10**4)), "亩": ("area", Fraction(2000, 3)), "市亩": ("area", Fraction(2000, 3)),
    "立方米": ("volume", Fraction(1)), "公方": ("volume", Fraction(1)), "土方": ("volume", Fraction(1)), "立方": ("volume", Fraction(1)),
    "立方公里": ("volume", Fraction(10**9)), "升": ("volume", Fraction(1, 1000)),
    "克": ("mass", Fraction(1)), "千克": ("mass", Fraction(1000)), "公斤": ("mass", Fraction(1000)), "kg": ("mass", Fraction(1000)),
    "斤": ("mass", Fraction(500)), "市斤": ("mass", Fraction(500)), "担": ("mass", Fraction(50_000)), "市担": ("mass", Fraction(50_000)),
    "吨": ("mass", Fraction(10**6)), "公吨": ("mass", Fraction(10**6)),
    "瓦": ("power", Fraction(1)), "千瓦": ("power", Fraction(1000)), "兆瓦": ("power", Fraction(10**6)), "马力": ("power", Fraction(735)),
    "千瓦时": ("energy", Fraction(1)), "瓦时": ("energy", Fraction(1, 1000)),
    "小时": ("time", Fraction(1)), "个小时": ("time", Fraction(1)), "钟头": ("time", Fraction(1)), "个钟头": ("time", Fraction(1)),
    "分钟": ("time", Fraction(1, 60)), "秒": ("time", Fraction(1, 3600)), "秒钟": ("time", Fraction(1, 3600)),
    "天": ("time", Fraction(24)), "昼夜": ("time", Fraction(24)), "周": ("time", Fraction(168)), "星期": ("time", Fraction(168)),
    "个星期": ("time", Fraction(168)), "个礼拜": ("time", Fraction(168)),
    # Months, quarters and years have no fixed number of hours; they are converted among themselves only (negative scale).
    "个月": ("time", Fraction(-1)), "个多月": ("time", Fraction(-1)), "个季度": ("time", Fraction(-3)), "季度": ("time", Fraction(-3)),
    "年": ("time", Fraction(-12)), "年间": ("time", Fraction(-12)), "周年": ("time", Fraction(-12)), "学年": ("time", Fraction(-12)),
    "%": ("percent", Fraction(1)), "‰": ("percent", Fraction(1, 10)), "个百分点": ("points", Fraction(1)), "百分点": ("points", Fraction(1)),
    "岁": ("age", Fraction(1)), "周岁": ("age", Fraction(1)), "倍": ("multiple", Fraction(1)), "番": ("multiple", Fraction(-1)),
}  # fmt: skip

# Counts. Words of one group mean the same thing, whatever is counted; a word alone in its group is only itself. 项 and 件, 个 and 处, 家 and 户,
# 场 and 次 count differently: 281件 is not what a report says with 281项.
_SAME_COUNT = (
    ("人", "名", "位", "口", "口人", "人口"), ("户", "产", "户人家"), ("件", "宗", "起", "桩"), ("辆", "部车"), ("例", "个病例"), ("台", "部"),
    ("次", "回", "遍", "趟"), ("批", "批次"), ("幢", "栋"), ("剂次", "剂", "针次"), ("块", "元"), ("度", "千瓦时"),
)  # fmt: skip

_COUNTS = [line for line in (Path(__file__).parent / "units.tsv").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]

# A unit that begins a longer word is none: 23部门 is not 23部. Single characters only; each with what may not follow.
NOT_BEFORE = {
    "部": "门分署委队长落", "处": "理置罚分级长于", "批": "准评发示复", "期": "间末限货待望", "支": "持部出撑付援委委柱教农配", "场": "所地馆景面合",
    "组": "织建成合长", "条": "件例块", "次": "生要日年会产全", "面": "临向对积前子", "分": "别配析类布之局管行工步院支解享化两为公红批数散期流明歧",
    "座": "谈", "点": "对击亮面名", "度": "过假", "级": "别", "台": "账湾风", "种": "植子粮", "套": "餐利", "位": "于置居列", "名": "单称为列义牌优录誉",
    "日": "益常本报均用元", "天": "然气津空下", "月": "球亮", "年": "龄轻货级鉴纪", "人": "民大才员社力事类文物身心居格造工均", "个": "体性别", "口": "号岸罩",
    "家": "庭园属长具政电", "层": "面次级", "队": "伍员", "对": "口于外内比应照策标此接", "双": "方边向", "代": "表价替", "步": "伐行骤入", "班": "子组长",
    "道": "路德理", "门": "诊户店槛前", "起": "到步来草点", "包": "括容", "任": "务何命", "本": "地市区着届级科次年月市", "段": "落", "类": "似型别",
    "升": "级至到", "里": "程", "方": "面针案法", "节": "约能日水点省假", "排": "放名序水查", "线": "上下路", "成": "员立果为功长", "强": "化调",
    "师": "生范", "团": "队结员", "国": "家务民际内", "省": "级委", "市": "场级委区民", "县": "级委", "区": "域委级", "村": "民委级", "代表": "",
    "单": "位", "票": "据", "站": "点台", "元": "旦", "环": "境保节", "度电": "", "头": "部", "季": "度节", "周": "期边转围密年岁", "字": "号",
    "折": "旧扣", "只": "有能是要", "件": "件", "项": "目", "所": "有以在需", "户": "籍外口", "张": "贴", "根": "据本治", "片": "区面", "块": "状",
    "笔": "者", "连": "续接", "营": "业养造商收", "卷": "入", "页": "岩", "档": "案", "股": "份东权", "届": "时", "例": "如外行会", "份": "额", "餐": "饮厅",
    "兆": "瓦", "担": "当任负保", "副": "主书食业", "晚": "上会", "夜": "间", "回": "收购落到升", "席": "卷", "枚": "", "里地": "", "波": "动", "拨": "付款",
    "番": "", "斤": "", "孔": "", "瓦": "", "秒": "", "米": "", "列": "车入为", "架": "构", "辆": "", "轮": "岗换", "幢": "", "栋": "", "产": "业品量值生权能出妇",
}  # fmt: skip

# Words that begin with such a character and leave the unit a unit: 10位居民, 6次会议, 9名优秀党员, 8户外来人口.
BEFORE_ALL_THE_SAME = {
    "位": ("居民", "居委", "列席"), "名": ("优秀", "优质", "义工", "义务", "列席", "单身", "录取", "录用"), "层": ("面积",),
    "次": ("会议", "会商", "会诊", "全体", "全员", "全区", "全市", "全街", "全覆盖", "全面", "年度", "要求", "生产"), "组": ("成员",),
    "个": ("体育", "体检", "体验", "体系", "性质", "别墅"), "户": ("外来", "外地", "外籍", "外资"), "项": ("目标", "目录"),
    "家": ("属地", "具有", "政府", "政务", "长期", "电商", "电力", "电子", "园区"), "场": ("面试", "面谈", "面对面", "合作", "合唱"),
    "支": ("部队", "教育", "教师", "农村", "农民", "配送"), "批": ("评估", "发放"),
}  # fmt: skip

UNITS: tuple[str, ...] = tuple(sorted({*_SCALED, *_COUNTS}, key=lambda unit: (-len(unit), unit)))


def dimension(unit: str) -> Dimension:
    """What a unit measures; everything that is counted in pieces is "count".

    >>> dimension("毫米"), dimension("人次")
    ('length', 'count')
    """
    return _SCALED[unit][0] if unit in _SCALED else "count"


def common(unit: str) -> tuple[str, Fraction]:
    """A name for the units that one unit may be set beside, and its size among them: lengths in mm, money in 元, months in months.

    A measure word is set beside itself only, save those for people.

    >>> common("米"), common("名"), common("台")
    (('length', Fraction(1000, 1)), ('人', Fraction(1, 1)), ('台', Fraction(1, 1)))
    """
    if unit not in _SCALED:
        return ("人" if factor(unit, "人") else unit), Fraction(1)
    kind, size = _SCALED[unit]
    if size > 0:
        return kind, size
    return (f"{kind} -", -size) if kind == "time" else (unit, Fraction(1))  # other currencies are not converted


@lru_cache(maxsize=4096)
def factor(unit: str, other: str) -> Fraction | None:
    """How many of ``other`` one ``unit`` is; None when they cannot be converted.

    >>> factor("厘米", "毫米"), factor("人", "人次"), factor("名", "人")
    (Fraction(10, 1), None, Fraction(1, 1))
    """
    if unit == other:
        return Fraction(1)
    if unit in _SCALED and other in _SCALED:
        (kind, size), (other_kind, other_size) = _SCALED[unit], _SCALED[other]
        convertible = kind == other_kind and (size > 0) == (other_size > 0) and not (kind == "money" and size < 0)
        return size / other_size if convertible else None
    return Fraction(1) if any(unit in group and other in group for group in _SAME_COUNT) else None
