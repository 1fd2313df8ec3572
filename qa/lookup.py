"""Questions that hold a figure: find exactly that figure, or say that it is not there.

Values and units are compared, never digits: 281 is not in 69281, 2,905件 is 2905件, 六万辆 is 6万余辆, 281件 is not 281项.
Units are the same here as in the check of a draft (``corpus.units.factor``): those that convert, and words that count the same
thing whatever it is (人, 名; 户, 产). A number without a unit may have any.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from corpus.numerals import Number, date_parts, same_unit, same_value
from corpus.report import Report, Sentence
from index.rows import context_text
from index.words import words
from qa.asked import numbers_of
from qa.compare import bound_of
from qa.kinds import only_numbers
from qa.normalise import Query

Place = tuple[Report, Sentence]

_LOOKUP = re.compile(r"哪[一]?句|那句|那[一]?处|出处|原文|原话|依据|来源|在哪里?(?:写|说|讲|提)|指(?:的)?(?:是)?(?:什么|哪|谁)|出自|是指|什么意思|怎么来|哪里来|说的是|写的|这个数|数字|引用")
_FILLER = re.compile(r"这个|那个|[的那这是在和与及两处各句话吗呢对不]|数字?|报告|里面?|总结|请问|一下|[\W_]")
_SUBGROUP = frozenset(("age", "year", "time", "duration"))  # who or when is asked about, not what is presupposed
_WHOLE_DATE = ("年月日", "月日")
_ABOVE, _BELOW = ("least", "over", "more"), ("most", "under", "near")
_BEYOND = ("over", "under")  # the number itself is not meant
_EXACT = 3  # digits
_MOST_DIGITS = 40  # a report prints no longer number
_PLAIN = re.compile(r"-?\d+(?:\.\d+)?")
_IDIOM = 2  # 一个月, 两处: small counts in words presuppose nothing


def presupposed(query: Query) -> tuple[Number, ...]:
    """Figures that the question takes for printed in the report: whole dates, too, and lengths of time where nothing else is asked."""
    alone = only_numbers(query)
    return tuple(n for n in query.numbers if _presupposes(n, alone=alone))


def _presupposes(number: Number, *, alone: bool) -> bool:
    if number.kind == "date":
        return number.unit in _WHOLE_DATE
    if number.kind in _SUBGROUP and (number.kind == "year" or not alone):
        return False
    return number.value > _IDIOM or number.value < 0 or re.search(r"\d", number.printed) is not None


def asks_for_figure(query: Query, kind: str) -> bool:
    """Whether the question wants the sentence of a figure that it names."""
    return bool(presupposed(query)) and (kind == "number" or _LOOKUP.search(query.text) is not None)


def exact_claims(query: Query) -> tuple[Number, ...]:
    """Figures so exact that a question holding them takes them from somewhere: percentages, dates, and three digits or more.

    Everything is counted in 个 when people speak; it stands for any unit.

    >>> from corpus.numerals import read_numbers
    >>> [n.printed for n in exact_claims(Query("", "", "", tuple(read_numbers("走访企业624家,一百多户,5所")), ()))]
    ['624家']
    """
    bare = [n for n in presupposed(query) if n.unit and not n.qualifier and n.kind != "money" and re.search(r"\d", n.printed)]
    exact = (n for n in bare if n.ratio is not None or len(_digits(n)) >= _EXACT)
    return tuple(replace(n, unit="") if n.unit == "个" else n for n in exact)


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
    """The sentences that print this very figure, in order."""
    return [place for place in places if printed_in(figure, place)]


def printed_in(figure: Number, place: Place) -> list[Number]:
    """Where a sentence prints this very figure; a date in its year."""
    return [have for have in numbers_of(place[1].text) if same_figure(figure, have) and _same_year(figure, have, place[0].about.year)]


def nearly(figure: Number, places: Iterable[Place]) -> tuple[Place, Number] | None:
    """The first sentence that prints the value otherwise, in a unit that compares if there is one: 281项 for 281件."""
    held = [(place, have) for place in places for have in numbers_of(place[1].text) if _same_value_otherwise(figure, have)]
    return next((one for one in held if same_unit(figure, one[1])), held[0] if held else None)


def same_figure(asked: Number, have: Number) -> bool:
    """Whether a printed number is the figure asked for: its value, in its unit, not with the opposite bound."""
    return same_value(asked, have) and not _opposed(asked, have)


def _same_value_otherwise(asked: Number, have: Number) -> bool:
    told_apart = ("date", "year", "ordinal", "name")
    if asked.kind in told_apart or have.kind in told_apart:
        return same_value(asked, have)
    return asked.kind == have.kind and asked.exact == have.exact and asked.upper == have.upper


def _opposed(asked: Number, have: Number) -> bool:
    """Whether the bounds of two figures exclude each other: 不足六万辆 and 6万余辆, 超过281项 and 281项.

    >>> from corpus.numerals import read_numbers
    >>> [_opposed(*read_numbers(text)) for text in ("不足6万辆,6万余辆", "超过6万辆,6万余辆", "6万辆,6万余辆", "不足6台,6台")]
    [True, False, False, True]
    """
    one, other = bound_of(asked), bound_of(have)
    if "exact" in (one, other) and (one in _BEYOND or other in _BEYOND):
        return True
    return (one in _ABOVE and other in _BELOW) or (one in _BELOW and other in _ABOVE)


def _same_year(asked: Number, have: Number, report_year: int | None) -> bool:
    """Whether a date may be of the year asked: a date without one is of its report's year."""
    if asked.kind != "date" or have.kind != "date":
        return True
    wanted, printed = date_parts(asked)[0], date_parts(have)[0] or report_year
    return wanted is None or printed is None or wanted == printed


def topic(query: Query) -> str:
    """The question without its figures and without the words that only ask for a sentence.

    >>> from corpus.numerals import read_numbers
    >>> topic(Query("", "满意率95%是哪一句", "", tuple(read_numbers("满意率95%是哪一句")), ()))
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
