"""Follow-up questions: 那满意率呢? 是哪几个? 在哪里说的? Completed from the last question, never by writing text.

A follow-up is read together with the question before it: both texts stand side by side as one query. Nothing is rewritten,
and what was understood is shown to the visitor as those two texts.
"""

import re

_OPENING = re.compile(r"^(?:那么?|还有|然后|后来|其中|它|他们|她们|这个|这些|那个|那些|这里|那边|那里|里面|再说说?|再讲讲?|接着|继续|具体|另外|同样|上面|刚才|前面)")
_CLOSING = re.compile(r"呢[?？!！。]*$")
_WITHOUT_TOPIC = re.compile(
    r"^(?:是|都是|都有|有|在|分别|各|一共|总共|大概|目前|现在|今年|全部|就|又|也|做|弄|完成|好|了|吗|呢|的|多少|几|哪|什么|时候|地方|里|谁|"
    r"怎么|为什么|怎样|人|个|家|户|台|件|次|些|样|回事|说|写|讲|提|到|过|没有|没|不|占|比例|钱|时间|名字|结果|原因|出处|原文|原话|依据|数量|名单|这|那|它|呀|啊|"
    r"[?？,，。!！\s])+$"
)
_WHERE_SAID = re.compile(r"^[那这]?(?:句|句话|个|些)?(?:是|话)?(?:在)?(?:报告)?(?:的)?(?:哪里|哪儿|哪一?(?:部分|节|条|段|页|章|句|处)|什么地方)(?:里|中)?(?:说|写|讲|提|有)?(?:到|的|过)*|(?:出处|原文|原话|依据)(?:在哪里?|是什么|呢)?$")
_FRESH = re.compile(r"^(?:换个?问题|另一个问题|不问这个|问别的)")


def is_follow_up(text: str) -> bool:
    """Whether a question leans on the one before it: an opening like 那/其中/再说说, an ending 呢, or no topic of its own."""
    if _FRESH.match(text):
        return False
    return bool(_OPENING.match(text) or (_CLOSING.search(text) and len(text) <= 14) or _WITHOUT_TOPIC.match(text))


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
