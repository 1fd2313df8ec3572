"""Whether a draft denies, undoes or ends what the report says was so, or the other way round.

Two kinds of words do it. A denial stands before what it denies (未签约, 不满意, 非机动车棚, 没有物业): both sides must deny the same.
A reversal is the doing itself turned around (退回, 取消, 流失; ``reversals.tsv``): both sides must have one of the same group.
Any other verb of the draft must be the report's, another word for one there, or a plain one (``plain_verbs.txt``).
"""

import re
from functools import lru_cache
from pathlib import Path

from index.words import is_verb, plain_segment, says_how
from qa.likeness import STOP, in_some_form

# Each with what may follow it where it denies nothing: 不断, 未来, 非常, 无人智能化, 不足80家 (a bound), 不少于.
_DENIAL = re.compile(
    r"未(?![来必雨]|成年|婚)|没(?!收|落)有?|[尚毫]无|无(?![论偿缝线疑私数微障烟锡忧]|人[机驾智]|党派|盲区)|(?<![是除并])非(?![常遗洲典凡]|公[有经])|拒不|缺[少乏]?(?!口|陷)|难以|"
    r"不(?!同(?!意)|[断仅但只光足到变良锈止停懈乏妨论管含限等漏留落负忘折久得妥敢畏惧辞厌计时出一了]|[少低小高多]于|超过|满\d|动产|间断|放[过松]|规范|文明|遗余力|定期|包括)"
)
_GOVERNED = re.compile(r"[^的就而便即也却但,;:。、()“” ]{1,8}")  # what a denial denies: up to the next link word


@lru_cache(maxsize=1)
def _reversals() -> tuple[re.Pattern[str], ...]:
    """One pattern for every group of ``reversals.tsv``."""
    lines = (Path(__file__).parent / "reversals.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(re.compile("|".join(line.split("\t"))) for line in lines if line and line[0] != "#")


@lru_cache(maxsize=8192)
def _denied(text: str) -> tuple[str, ...]:
    """What a text denies: 物业管理小区 of 无物业管理小区."""
    return tuple(found[0] if (found := _GOVERNED.match(text, one.end())) else "" for one in _DENIAL.finditer(text))


@lru_cache(maxsize=8192)
def _reversed(text: str) -> frozenset[int]:
    """Which groups of reversals a text has."""
    return frozenset(row for row, pattern in enumerate(_reversals()) if pattern.search(text))


@lru_cache(maxsize=1)
def _plain_verbs() -> frozenset[str]:
    lines = (Path(__file__).parent / "plain_verbs.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if line[:1] != "#" for word in line.split())


@lru_cache(maxsize=8192)
def _strange_verbs(own: str) -> tuple[str, ...]:
    """Verbs of two characters and more that may mean anything: neither plain ones nor such with a plain one in them (办结了)."""
    plain = _plain_verbs()
    found = (word for word in plain_segment(own) if len(word) > 1 and is_verb(word))
    return tuple(word for word in found if word not in plain and word not in STOP and word[:2] not in plain)


def turned(own: str, said: str, stated: str, sentence: str, around: str) -> bool:
    """Whether a draft's words deny or reverse what a report's say, or the other way round.

    Args:
        own: the words of the draft's figure, with the verb it shares with others before it.
        said: the draft's whole sentence.
        stated: the words of the report's figure.
        sentence: the report's whole sentence.
        around: its paragraph and headings.
    """
    if any(not in_some_form(word, sentence) and not in_some_form(word, around) for word in _strange_verbs(own)):
        return True
    if any(not _also(one, _denied(sentence)) for one in _denied(own)):
        return True
    if any(not _also(one, _denied(said)) for one in _denied(stated) if one[:2] in said):
        return True
    if any(_bare(one[:2], own) and not _bare(one[:2], sentence) for one in _denied(sentence) if len(one) > 1):
        return True
    if not _reversed(own) <= _reversed(sentence):
        return True
    # 拆除店招50处: 整治店招50处 leaves the verb out, 新装店招50处 has another.
    another = (word for word in plain_segment(own) if says_how(word) and not in_some_form(word, sentence))
    return bool(_reversed(stated) - _reversed(said)) and next(another, None) is not None


def _also(denied: str, others: tuple[str, ...]) -> bool:
    """Whether one of some denied stretches has two characters in a row with a denied one."""
    pairs = {denied[i : i + 2] for i in range(len(denied) - 1)}
    return any(pair in other for other in others for pair in pairs)


def _bare(word: str, text: str) -> bool:
    """Whether a text has a word somewhere without a denial in front: 机动车棚, not 非机动车棚."""
    return any(not any(denial.end() == place.start() for denial in _DENIAL.finditer(text)) for place in re.finditer(re.escape(word), text))
