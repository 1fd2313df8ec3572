"""The fixed lines an answer carries when there is no sentence to show. Plain Chinese, one place."""

from collections.abc import Sequence

from qa.records import Reason
from qa.years import ranges

MESSAGES: dict[Reason, str] = {
    "not_in_report": "报告里没有写到这件事。",
    "near_only": "报告里没有直接写到这件事。最接近的原话是：",
    "not_a_question": "您好，我只能摘报告里的原话来回答。请问一件报告里可能写到的事。",
    "false_premise": "报告里没有这个说法。",
    "too_vague": "请问得再具体一点。说清是哪件事、哪个小区，更容易找到原话。",
    "empty": "请先输入您想问的事。",
    "too_long": "问题太长了，请短一些再问。",
}


def message(reason: Reason, *, missing: str = "", figure: str = "") -> str:
    """The line for a reason, naming what is missing where that is known."""
    if reason == "near_only" and missing:
        return f"报告里没有直接写到“{missing}”。最接近的原话是："
    if reason == "not_in_report" and missing:
        return f"报告里没有写到这件事的{missing}。可以打12345市民服务热线问一问。"
    if reason == "not_in_report":
        return MESSAGES[reason] + "可以打12345市民服务热线问一问。"
    if reason == "false_premise" and figure:
        return f"报告里没有“{figure}”这个说法。"
    return MESSAGES[reason]


def only_in_names(figure: str) -> str:
    """The line above sentences that print a number as part of a name."""
    return f"报告里的“{figure}”只是名称的一部分,不是数目。"


def other_years_message(publisher: str, asked: Sequence[int], there: Sequence[int], elsewhere: Sequence[str]) -> str:
    """The line for a year that no report of a publisher is of: which years there are, and who else reported on it.

    >>> other_years_message("国务院", [2020], [2018, 2019, 2021], [])
    '没有2020年的报告。国务院的报告有2018、2019、2021年的。'
    """
    lines = [f"没有{ranges(asked)}的报告。" if not elsewhere else f"没有{publisher}{ranges(asked)}的报告。"]
    if there:
        lines.append(f"{publisher}的报告有{ranges(there)}的。")
    if elsewhere:
        lines.append(f"{ranges(asked)}的报告有{''.join(f'《{title}》' for title in elsewhere)}。")
    return "".join(lines)


def told_of_another_year(told: int, asked: int, later: bool) -> str:
    """The aside for a sentence of the report of the year asked that tells of another year, and where that year's figure would stand.

    >>> told_of_another_year(2017, 2018, later=True)
    '(这句说的是2017年;2018年的,可以问2019年的报告)'
    """
    return f"(这句说的是{told}年;{asked}年的,可以问{asked + 1}年的报告)" if later else f"(这句说的是{told}年)"


def told_before(year: int) -> str:
    """The line above a sentence of an older report, where the newest is silent.

    >>> told_before(2021)
    '2021年的报告写过：'
    """
    return f"{year}年的报告写过："
