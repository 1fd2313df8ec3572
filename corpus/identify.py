"""What a report is, read from its text: title, year, day of publication, who published it. For a person to confirm."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from corpus.dates import day_in, year_in
from corpus.extract import Extracted

_KIND = re.compile(r"报告|報告|总结|總結|计划|計劃|公报|公報|要点|方案|规划|規劃|纲要|意见|白皮书|年报|年報|概况|通报|通知|讲话|汇报")
_GENERIC = re.compile(r"(?:政府)?(?:年度|年终)?(?:工作)?(?:报告|報告|总结|總結|计划|計劃|要点)")
_BEGUN = re.compile(r"^(?:各位|尊敬的|同志们)|[。；;,，!！]")  # the text proper: no title comes any more
_NO_TITLE = re.compile(r"^(?:附件|内部|主送|抄送|索引号|文号|目录|第?\d{1,3}页?$)|[〔\[]\d{4}[〕\]]\s*\d+号|[:：]$|^[一二三]、")
_LABELLED_DAY = re.compile(r"(?:发布|成文|印发|公开|发文)(?:日期|时间)?\s*[:：]\s*(\S+)")
_LABELLED_BY = re.compile(r"(?:来源|发布(?:机构|单位)|发文(?:机关|单位)|公开主体)\s*[:：]\s*([^\s|,，。;；(（]{2,40})")
_BODY = r"街道办事处|街道|人民政府|国务院|委员会|办公室|管委会|[镇乡区县市省局厅院委]"
_SIGNED = re.compile(rf"[\u4e00-\u9fff]{{2,28}}(?:{_BODY})")
_IN_TITLE = re.compile(rf"^(?:关于)?(?:(?:19|20)\d{{2}}年度?)?([\u4e00-\u9fff]{{1,24}}?(?:{_BODY}))(?=(?:关于|(?:19|20)?\d{{2}}|[一二]|政府|年度|工作|国民))")
_CONGRESS = re.compile(r"在([\u4e00-\u9fff]{2,12}?[省市区县乡镇])第.{1,4}届人民代表大会")
_SUBTITLE = re.compile(r"^(?:[—(（-].{,80}|[^，。；]{,60}(?:会议上?|会上)[)）]?|.{,8}年.{,3}月.{,3}日?)$")
_ENDS_WITH_DAY = re.compile(r"(?:日|\d{1,2}[-/.]\d{1,2})[)）]?$")
_FIRST, _LAST = 8, 4  # lines that are not blank, at the top and at the foot, where a report says what it is
_LONGEST_TITLE = 60  # characters of a line


@dataclass(frozen=True, slots=True)
class Identity:
    """What is known of a report; "" and None for what its text does not say."""

    title: str = ""
    year: int | None = None
    published: date | None = None
    publisher: str = ""
    source_url: str = ""


def identify(read: Extracted, name: str = "") -> Identity:
    r"""What a file says of itself.

    Args:
        read: the file, read.
        name: what it is called; used where its text is silent.

    >>> found = identify(Extracted("延吉新村街道\n2021年度工作总结\n今年以来,…\n2022年3月30日", "txt"))
    >>> found.title, found.year, str(found.published), found.publisher
    ('延吉新村街道2021年度工作总结', 2021, '2022-03-30', '延吉新村街道')
    """
    lines = [line.strip(" \t\u3000\u200b\ufeff") for line in read.text.split("\n")]
    lines = [line for line in lines if line]
    top, foot = lines[:_FIRST], lines[-_LAST:]
    stem = PurePath(name).stem
    title = read.title or _title(top) or (stem if _KIND.search(stem) else "")
    publisher = read.publisher or _publisher(title, top, foot)
    year = year_in(title) or _year(top) or year_in(stem)
    if _GENERIC.fullmatch(title) and publisher:
        title = f"{f'{year}年' if year else ''}{publisher.removesuffix('人民政府')}{title}"  # every place has one, every year
    return Identity(title[:200], year, read.published or _day(top, foot), publisher, read.source_url)


def _title(top: Sequence[str]) -> str:
    """The first line that can be one; with the next, where it takes both to say what it is."""
    for place, line in enumerate(top[:4]):
        if _BEGUN.search(line):
            return ""
        if len(line) > _LONGEST_TITLE or _NO_TITLE.search(line) or day_in(line):
            continue
        if _KIND.search(line):
            return line
        following = top[place + 1] if place + 1 < len(top) else ""
        if _KIND.search(following) and len(following) <= _LONGEST_TITLE and not (_NO_TITLE.search(following) or _BEGUN.search(following)):
            return line + following
    return ""


def _year(top: Sequence[str]) -> int | None:
    """The year of a subtitle: ——2021年1月5日在…会议上."""
    return next((year for line in top[1:5] if _SUBTITLE.search(line) and (year := year_in(line))), None)


def _day(top: Sequence[str], foot: Sequence[str]) -> date | None:
    for line in (*top, *foot):
        labelled = _LABELLED_DAY.search(line)
        if labelled and (day := day_in(labelled[1])):
            return day
    dated = [line for line in (*top[:2], *reversed(foot)) if len(line) <= _LONGEST_TITLE and _ENDS_WITH_DAY.search(line)]
    return next((day for line in dated if (day := day_in(line))), None)


def _publisher(title: str, top: Sequence[str], foot: Sequence[str]) -> str:
    for line in (*top, *foot):
        if labelled := _LABELLED_BY.search(line):
            return labelled[1]
    if found := _IN_TITLE.search(title):
        return found[1]
    for line in top[1:6]:
        if congress := _CONGRESS.search(line):
            return f"{congress[1]}人民政府"
        if "国务院总理" in line:
            return "国务院"
    return next((line for line in foot if len(line) <= 30 and _SIGNED.fullmatch(line)), "")
