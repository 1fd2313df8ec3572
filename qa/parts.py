"""A question with several parts -> one question for each part.

>>> split_parts("垃圾箱房和车棚分别改了几处?")
['垃圾箱房改了几处?', '车棚改了几处?']
>>> split_parts("养老院有几家")
[]
"""

import re

from qa.follow_up import readings, topic_words

_SHARED = re.compile(
    r"^(?P<lead>[^,，。？?]*?)(?P<one>[^,，、。？?和与跟]{2,14})(?:和|与|跟|、)(?P<two>[^,，、。？?]{2,14}?)"
    r"(?:这[些几]?[两二]?[者个项处样]?)?[,，]?(?:分别|各自?)(?P<rest>.*)$"
)
_CUT = re.compile(r"[,，;；。？?]+|还有|以及|另外|顺便(?:问一?下)?")
_ASKS = re.compile(r"多少|几|什么|哪|谁|怎|如何")
_SHORTEST = 4  # characters of a part
_BARE = 8  # characters; a later part no longer than this names no topic of its own
_MOST = 3  # parts


def split_parts(text: str) -> list[str]:
    """The parts of a question, each a question; [] when it asks one thing."""
    shared = _SHARED.match(text)
    if shared and _ASKS.search(shared["rest"]):
        lead, rest = shared["lead"], shared["rest"]
        one, colon, after = shared["one"].rpartition(":")  # 车棚:总数和完成数: what stands before the colon holds for both
        return [lead + one + colon + after + rest, lead + one + colon + shared["two"] + rest]
    pieces = [piece.strip() for piece in _CUT.split(text) if piece and len(piece.strip()) >= _SHORTEST]
    asking = [piece for piece in pieces if _ASKS.search(piece)]
    if len(asking) == 1 and len(pieces) == 2 and pieces[1].endswith("呢"):  # 友谊201签约率多少,内江大板房呢
        return [pieces[0], readings(pieces[0], pieces[1])[-1]]
    if len(asking) < 2:
        return []
    if not _ASKS.search(pieces[0]):  # 老房子加梯,看过能不能装的有多少,装好的几台
        return [f"{pieces[0]} {piece}" for piece in asking][:_MOST]
    topic = topic_words(asking[0])  # 车棚要改多少个,改完了几个: the second part is about 车棚 too
    return [asking[0], *(f"{topic} {piece}" if len(piece) <= _BARE else piece for piece in asking[1:])][:_MOST]
