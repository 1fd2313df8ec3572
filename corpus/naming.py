"""A report's id: letters and digits that can be read aloud, for links and folders."""

import re
from collections.abc import Container

_PLACES = re.compile(r"中华人民共和国|人民政府|办事处|(?<=[省市区县])(?=[\u4e00-\u9fff]{2})")
_LEVEL = re.compile(r"(?:街道|[省市区县镇乡])$")
_FILLING = re.compile(r"(?:19|20)\d{2}年?度?|关于|的|报告|工作|[〇○零一二三四五六七八九]{4}年度?")
_LONGEST = 40  # characters in front of the year


def report_id(title: str, year: int | None, publisher: str, taken: Container[str]) -> str:
    """An id that is not taken: whose report it is, what kind if need be, and its year.

    >>> report_id("延吉新村街道2021年度工作总结", 2021, "上海市杨浦区延吉新村街道办事处", ())
    'yanjixincun-2021'
    >>> report_id("杨浦区2021年度财政决算报告", 2021, "杨浦区人民政府", {"yangpu-2021"})
    'yangpu-caizhengjuesuan-2021'
    """
    who = _slug(_own(publisher or _FILLING.split(title)[0] or title))
    own = re.escape(_own(publisher))
    kind = _slug(_FILLING.sub("", re.sub(rf"{own}(?:街道|[省市区县镇乡])?(?:办事处|人民政府)?" if own else "$", "", title)))
    for name in (who, "-".join(filter(None, (who, kind))), kind):
        wanted = _dated(name[:_LONGEST].strip("-"), year)
        if name and wanted not in taken:
            return wanted
    base, number = _dated((who or kind)[:_LONGEST] or "report", year), 2
    if base not in taken:
        return base
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


def _dated(name: str, year: int | None) -> str:
    return f"{name}-{year}" if year else name


def _own(publisher: str) -> str:
    """The last of the bodies that a name lists, without what every such name has."""
    parts = [part for part in _PLACES.split(publisher) if part]
    return _LEVEL.sub("", parts[-1]) or parts[-1] if parts else publisher


def _slug(words: str) -> str:
    from pypinyin import lazy_pinyin  # its tables take a moment to load

    spelt = "".join(lazy_pinyin(_LEVEL.sub("", words) or words))
    return re.sub(r"[^a-z0-9]", "", spelt.lower())
