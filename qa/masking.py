"""Numbers that lead to a person, taken out of a question before it is kept: telephone, identity and card numbers, mail addresses."""

import re

# One character for one, so that offsets in the folded text are offsets in the typed one.
_DIGITS = str.maketrans("０１２３４５６７８９〇零一二三四五六七八九幺Ｘ－＋＠．", "0123456789001234567891X-+@.")
_GAP = r"[-\s.·]?"
_ALONE = r"(?<!\d)(?<!\d[-\s])"  # not inside a longer number, written in groups or not
_FIGURE = r"(?![\d.,]|[-\s]\d|\s*[万亿元个件人名户次台辆篇份处家%％])"
_RULES = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII), "[邮箱]"),
    (re.compile(rf"{_ALONE}\d(?:{_GAP}\d){{16}}{_GAP}[\dXx](?![-\s]?\d)"), "[证件号]"),
    (re.compile(rf"{_ALONE}\d{{15}}(?![-\s]?\d)"), "[证件号]"),
    (re.compile(rf"{_ALONE}(?:\+?86{_GAP})?1[3-9](?:{_GAP}\d){{9}}(?!\d)"), "[电话]"),
    (re.compile(rf"{_ALONE}0\d{{2,3}}[-\s]?\d{{4}}[-\s]?\d{{3,4}}(?!\d)"), "[电话]"),
    (re.compile(rf"{_ALONE}\d(?:[-\s]?\d){{10,}}"), "[号码]"),
    (re.compile(rf"{_ALONE}(?<![.,])(?!(?:19|20)\d{{6}})[2-8]\d{{3}}[-\s]?\d{{4}}{_FIGURE}"), "[电话]"),
)


def mask(text: str) -> str:
    """A text without the numbers of persons; figures of a report stay.

    >>> mask("我的电话是１３８ ００１３ ８０００，热线12345的工单2905件")
    '我的电话是[电话]，热线12345的工单2905件'
    """
    for pattern, instead in _RULES:
        folded = text.translate(_DIGITS)
        for found in reversed(list(pattern.finditer(folded))):
            text = text[: found.start()] + instead + text[found.end() :]
    return text
