"""Questions that hold a figure: find exactly that figure, or say that it is not there.

Values and units are compared, never digits: 281 is not in 69281, 2,905件 is 2905件, 六万辆 is 6万余辆.
"""

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction

from corpus.numerals import Number, same_unit, same_value
from corpus.report import Report, Sentence
from index.rows import context_text
from index.words import words
from qa.asked import numbers_of
from qa.normalise import Query

Place = tuple[Report, Sentence]

_LOOKUP = re.compile(r"哪[一]?句|那句|那[一]?处|出处|原文|原话|依据|来源|在哪里?(?:写|说|讲|提)|指(?:的)?(?:是)?(?:什么|哪|谁)|出自|是指|什么意思|怎么来|哪里来|说的是|写的|这个数|数字|引用")
_FILLER = re.compile(r"这个|那个|[的那这是在和与及两处各句话吗呢对不]|数字?|报告|里面?|总结|请问|一下|[\W_]")
_SUBGROUP = frozenset(("age", "date", "year", "time", "duration"))  # who or when is asked about, not what is presupposed
_EXACT = 3  # digits
_MOST_DIGITS = 40  # a report prints no longer number
_PLAIN = re.compile(r"-?\d+(?:\.\d+)?")
_IDIOM = 2  # 一个月, 两处: small counts in words presuppose nothing


def presupposed(query: Query) -> tuple[Number, ...]:
    """Figures that the question takes for printed in the report."""
    return tuple(n for n in query.numbers if n.kind not in _SUBGROUP and not (n.value <= _IDIOM and not re.search(r"\d", n.printed)))


def asks_for_figure(query: Query, kind: str) -> bool:
    """Whether the question wants the sentence of a figure that it names."""
    return bool(presupposed(query)) and (kind == "number" or _LOOKUP.search(query.text) is not None)


def exact_claims(query: Query) -> tuple[Number, ...]:
    """Figures so exact that a question holding them takes them from somewhere: percentages, and three digits or more.

    >>> from corpus.numerals import read_numbers
    >>> [n.printed for n in exact_claims(Query("", "", "", tuple(read_numbers("走访企业624家,一百多户,5所")), ()))]
    ['624家']
    """
    bare = [n for n in presupposed(query) if n.unit and not n.qualifier and n.kind != "money" and re.search(r"\d", n.printed)]
    return tuple(n for n in bare if n.ratio is not None or len(_digits(n)) >= _EXACT)


def other_ranks(query: Query, sentence: str) -> list[Number]:
    """Ordinals of the question (第一批) where the sentence has only others of that unit (第九批).

    >>> from corpus.numerals import read_numbers
    >>> [n.printed for n in other_ranks(Query("", "", "", tuple(read_numbers("第一批经适房")), ()), "开展第九批经适房集中受理工作")]
    ['第一批']
    """
    ranks = [n for n in numbers_of(sentence) if n.kind == "ordinal"]
    return [
        n
        for n in query.numbers
        if n.kind == "ordinal" and n.unit and (same := [r for r in ranks if r.unit == n.unit]) and all(r.value != n.value for r in same)
    ]


def sentences_with(figure: Number, places: Iterable[Place]) -> list[Place]:
    """The sentences that print this value in this unit, in order."""
    return [place for place in places if any(same_value(figure, have) for have in numbers_of(place[1].text))]


def topic(query: Query) -> str:
    """The question without its figures and without the words that only ask for a sentence.

    >>> from corpus.numerals import read_numbers
    >>> topic(Query("", "满意率95%的那句话", "", tuple(read_numbers("满意率95%的那句话")), ()))
    '满意率'
    """
    rest = query.text
    for number in query.numbers:
        rest = rest.replace(number.printed, " ")
    return " ".join(_FILLER.sub(" ", _LOOKUP.sub(" ", rest)).split())


def on_topic(asked: str, places: Sequence[Place]) -> list[Place]:
    """Those sentences that, with their headings, share a word with the topic asked; all of them when no topic is named."""
    if not asked:
        return list(places)
    wanted = {word for word in words(asked) if len(word) > 1}
    return [place for place in places if not wanted or wanted & set(words(context_text(*place)))]


def look_alike(figure: Number, places: Sequence[Place]) -> Place | None:
    """A sentence with a figure of that unit whose digits are those asked but for one slip: a swap, or one digit wrong."""
    wanted = _digits(figure)
    for place in places:
        for have in numbers_of(place[1].text):
            if have.kind == figure.kind and same_unit(figure, have) and _one_slip(wanted, _digits(have)):
                return place
    return None


def slips(figure: Number) -> set[Fraction]:
    """Every value whose digits are those of a figure but for one slip; some of them no number would print.

    >>> from corpus.numerals import read_numbers
    >>> {Fraction(192), Fraction(128), Fraction(219)} <= slips(read_numbers("129家")[0])
    True
    """
    digits = _digits(figure)
    if not 3 <= len(digits) <= _MOST_DIGITS:
        return set()
    places = range(len(digits))
    wrong = {digits[:i] + other + digits[i + 1 :] for i in places for other in "0123456789.-"}
    turned = {digits[:i] + digits[j] + digits[i + 1 : j] + digits[i] + digits[j + 1 :] for i in places for j in places[i + 1 :]}
    return {Fraction(text) for text in wrong | turned if _PLAIN.fullmatch(text)}


def _digits(figure: Number) -> str:
    return format(figure.value.normalize(), "f")


def _one_slip(one: str, other: str) -> bool:
    if one == other or len(one) != len(other) or len(one) < 3:
        return False
    wrong = [i for i in range(len(one)) if one[i] != other[i]]
    return len(wrong) == 1 or (len(wrong) == 2 and one[wrong[0]] == other[wrong[1]] and one[wrong[1]] == other[wrong[0]])
