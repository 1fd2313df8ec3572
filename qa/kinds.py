"""What kind of question it is: each kind weighs the sources a little differently."""

import re

from qa.asked import wishes
from qa.normalise import Query
from qa.records import Kind

_LIST = re.compile(r"哪几|哪些|哪[两三四五六七八九]|有什么(?!用)|都有|包括|分别是(?:什么|哪)|名单|列出|各是什么|内容是|等哪")
_PARTS = re.compile(r"各(?:是|有|在|占)?(?:多少|几|哪|什么)|分别|[、,，和与跟].{0,12}各|多少[,，].{2,}(?:多少|几)|,又有?几|,.{0,8}又有")
_FIGURE = re.compile(r"多少|[几](?!乎)|百分|比例|率|数(?:量|$)|人数|总数|个数|占比")
_ASKING = re.compile(r"[?？吗呢么伐]|多少|几|什么|怎|如何|哪|谁|是不是|有没有|为何|为什么|请|吧")


def kind_of(query: Query) -> Kind:
    """The kind of a question, by how it is put."""
    text = query.text
    if query.numbers and only_numbers(query):
        return "number"
    if _PARTS.search(text):
        return "multi"
    if _LIST.search(text):
        return "list"
    if query.numbers:
        return "figure"
    if _FIGURE.search(text) or any(slot.name in ("count", "rate") for slot in wishes(text)):
        return "figure"
    if not _ASKING.search(text) and len(text) <= 16:
        return "keyword"
    return "everyday"


def only_numbers(query: Query) -> bool:
    """Nothing but one or more numbers and punctuation."""
    rest = query.text
    for number in query.numbers:
        rest = rest.replace(number.printed, "")
    return not re.sub(r"[\W_]", "", rest)
