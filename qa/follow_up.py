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
_AGAIN = re.compile(
    r"^(?:(?:请|麻烦)?(?:你|您)?(?:再|重新?)(?:说|讲|念|读|放|看)(?:一?[遍次下]|给我听)|没(?:有)?听清楚?|(?:请)?重复一[遍下]|"
    r"(?:你|您)?(?:确定|肯定)(?:吗|么|是对的吗)?|(?:是)?(?:真的|当真|真)(?:吗|么|假的)|是吗|真有这事吗|对吗|准吗|准不准|靠谱吗)[?？。!！~,，\s]*$"
)
_REPLY = re.compile(
    r"^(?:(?:好|好的|好吧|好嘞|好了|好呀|好啊|行|行吧|行了|可以|可以了|嗯{1,4}|哦{1,4}|噢{1,4}|喔{1,4}|啊{1,4}|哎|唉|诶|额|呵{1,4}|哈{1,4}|嘿{1,4}|ok|okay|okk|对|对的|是|是的|是啊|没错|"
    r"(?:我|阿拉)?(?:明白|知道|晓得|了解|清楚|懂|听懂|看懂|收到|有数)(?:了|啦|咯)?|(?:我)?(?:没|不)(?:太)?(?:看|听)?(?:懂|明白)|(?:看|听)不(?:太)?(?:懂|明白)|原来如此|原来是这样|这样啊|这样子啊?|是这样啊?|"
    r"(?:非常|十分|太|真|很|多|真是)?(?:感谢|谢谢|谢|多谢|谢了|谢啦|3q|thanks?|thank you)(?:你|您|侬|大家|了|啦|呀|啊|哦|噢|喽|帮助|帮忙)*|辛苦(?:你|您)?(?:了|啦)?|"
    r"(?:太|真|很|蛮|老|挺|非常)?(?:好|棒|赞|厉害|不错|灵|开心|高兴)(?:了|啦|的|额|哦|啊|呀)*|不客气|没关系|没事了?|算了|不用了?|"
    r"再见|拜拜?|bye|回见|下次(?:再)?(?:聊|问|见)|就这些|就这样|没了|没有了|没别的了|没问题了?|不问了|"
    r"(?:不对|不是|错了?|(?:你|您)?(?:搞|弄|说|讲)错了?|不可能|(?:你|您)?(?:胡说(?:八道)?|瞎说|骗人|乱讲)|(?:我)?不(?:相)?信)[吧呀啊嘛的]*)[,，。.!！?？~～、\s]*){1,4}$"
)
_OTHER_YEAR = re.compile(r"^(?:那么?|与|跟|和)?(?:大?前年|去年|旧年|上一?年|往年|历年|前几年|明年|后年|下一年)(?:的|度)?(?:情况|数据|数字)?(?:呢|怎么样|如何|多少|几[个家户台件]?)?[?？。]*$")
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


def is_reply(text: str) -> bool:
    """Whether it only replies to what was said, and asks nothing: 谢谢, 哦, 明白了, 不对, 再见.

    >>> [is_reply(text) for text in ("谢谢啊", "嗯嗯,知道了。", "好的,养老院呢", "不对吧,满意率多少")]
    [True, True, False, False]
    """
    return _REPLY.match(text) is not None


def asks_again(text: str) -> bool:
    """Whether it wants the last answer once more, to be sure of it: 再说一遍, 你确定吗."""
    return _AGAIN.match(text) is not None


def asks_other_year(text: str) -> bool:
    """Whether it asks only for the year before or after: 那去年呢."""
    return _OTHER_YEAR.match(text) is not None


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
