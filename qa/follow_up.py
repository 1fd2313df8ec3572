"""Follow-up questions: 那满意率呢? 是哪几个? 在哪里说的? Completed from the last question, never by writing text.

A follow-up is read in several ways, each made of pieces of the two questions as they were typed: the topic before with what
is asked now (热线工单 + 满意率), or what is named now with what was asked before (内江大板房 + 签了多少). The reading that the report
answers best wins, and what was understood is shown to the visitor.
"""

import re

_OPENING = re.compile(r"^(?:那么?|还有|再问一?下|再问|然后|后来|其中|它|他们|她们|这个|这些|那个|那些|这里|那边|那里|里面|再说说?|再讲讲?|接着|继续|具体|另外|同样|上面|刚才|前面)")
_CLOSING = re.compile(r"呢[?？!！。]*$")
_WITHOUT_TOPIC = re.compile(
    r"^(?:是|都是|都有|有|在|分别|各|一共|总共|大概|目前|现在|今年|全部|就|又|也|做|弄|完成|好|了|吗|呢|的|多少|几|哪|什么|时候|地方|里|谁|"
    r"怎么|为什么|怎样|人|个|家|户|台|件|次|些|样|回事|说|写|讲|提|到|过|没有|没|不|占|比例|钱|时间|名字|结果|原因|出处|原文|原话|依据|数量|名单|这|那|它|呀|啊|"
    r"[?？,，。!！\s])+$"
)
_WHERE_SAID = re.compile(
    r"^[那这]?(?:句|句话|个|些)?(?:是|话)?(?:在)?(?:报告)?(?:的)?(?:哪里|哪儿|哪一?(?:部分|节|条|段|页|章|句|处)|什么地方)"
    r"(?:里|中)?(?:说|写|讲|提|有)?(?:到|的|过)*|(?:出处|原文|原话|依据)(?:在哪里?|是什么|呢)?$"
)
_NEXT = re.compile(r"^(?:那|那么)?(?:后来|然后|接着|接下来|还有|之后|下面|再往下)(?:呢|吗|怎么样|什么|讲什么|怎么说)?[?？。]*$")
_SHORT = 12  # characters; a longer question that nothing answers is not taken for a leaning one
_WISH = re.compile(r"(?:一共|总共|目前|现在)?(?:情况)?(?:有|是|了|占|达)?(?:多少|几|哪|怎么样|什么|如何|有没有|吗)[^,，。]*$")
_ASKS = re.compile(r"多少|几|哪|怎|什么|谁|吗|如何|有没有")
_FRESH = re.compile(r"^(?:换个?问题|另一个问题|不问这个|问别的)")


def is_follow_up(text: str) -> bool:
    """Whether a question leans on the one before it: an opening like 那/其中/再说说, an ending 呢, or no topic of its own."""
    if _FRESH.match(text):
        return False
    return bool(_OPENING.match(text) or (_CLOSING.search(text) and len(text) <= 14) or _WITHOUT_TOPIC.match(text))


def may_lean(text: str) -> bool:
    """Whether a question that finds nothing alone is worth reading with the one before it."""
    return len(text) <= _SHORT and not _FRESH.match(text)


def asks_next(text: str) -> bool:
    """Whether it asks what comes after the last answer: 后来呢, 还有呢."""
    return _NEXT.match(text) is not None


def readings(before: str, now: str) -> list[str]:
    """The ways to read a follow-up, as queries.

    >>> readings("友谊201街坊签了多少", "那内江大板房呢?")
    ['友谊201街坊签 内江大板房', '内江大板房了多少']
    """
    own = own_words(now)
    wish = _WISH.search(before)
    joined = f"{topic_words(before)} {own}"
    return [joined, own + wish.group()] if wish and not _ASKS.search(own) else [joined]


def asks_where(text: str) -> bool:
    """Whether it asks where the last answer stands."""
    return _WHERE_SAID.match(text) is not None and len(text) <= 14


def own_words(text: str) -> str:
    """A follow-up without the words that only lean back (那…呢).

    >>> own_words("那满意率呢?")
    '满意率'
    """
    return _CLOSING.sub("", _OPENING.sub("", text)).strip(" ?？,，。!！") or text.strip()


def topic_words(text: str) -> str:
    """The question before without what it asked for, so that its topic stays and its wish does not.

    >>> topic_words("热线工单办结多少件")
    '热线工单办结'
    """
    trimmed = re.sub(r"(?:一共|总共|目前|现在)?(?:有|是|了|占|达)?(?:多少|几|哪)[个家户台件次条名人处些种项场所份批岁位年月天]*(?:人次|剂次)?(?:了|呢|吗)?[?？]*$", "", text)
    trimmed = re.sub(r"(?:怎么样|是什么|什么时候|怎么回事|有没有|吗|呢|伐)[?？]*$", "", trimmed).strip(" ?？,，。")
    return trimmed or text
