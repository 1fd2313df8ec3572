"""Text -> tokens for lexical search: jieba words, whole numbers, character pairs.

Numbers are tokens of their own, whole: 281 never matches inside 69281, and 2,905 is 2905.
"""

import re
import threading
from collections.abc import Iterable
from functools import lru_cache

from corpus.fold import fold
from index.dictionary import Dictionary, Segmenter

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?%?")
_WORD = re.compile(r"[0-9a-z\u3400-\u9fff]+")
_WORDS_KEPT = 4096  # texts cut last; a question is cut for every source
_TAGS_KEPT = 65_536
_lock = threading.Lock()
_names: set[str] = set()  # learned so far


@lru_cache(maxsize=1)
def _dictionary() -> Dictionary:
    return Dictionary()


@lru_cache(maxsize=1)
def _plain_segmenter() -> Segmenter:
    """The segmenter as it comes; it learns nothing."""
    return Segmenter(_dictionary())


@lru_cache(maxsize=1)
def _segmenter() -> Segmenter:
    """The one that learns names."""
    return Segmenter(_dictionary())


def load_dictionary() -> None:
    """Open the dictionary now, beside other work, so that the first text does not wait for it."""
    with _lock:
        _segmenter()


def learn_names(names: Iterable[str]) -> None:
    """Teach the segmenter names that it must not cut (友谊201街坊, 舒屋); once each, for every time weighs more."""
    with _lock:
        for name in map(fold, names):
            if name not in _names:
                _names.add(name)
                _segmenter().add_word(name)


def names_learned() -> list[str]:
    """The names taught so far, in order; what is cut depends on them."""
    with _lock:
        return sorted(_names)


def segment(text: str) -> list[str]:
    """Words in order that joined give the folded text back."""
    with _lock:
        return list(_segmenter().cut(fold(text)))


def plain_segment(text: str) -> list[str]:
    """Words in order by the dictionary alone: what they are does not depend on which reports' names have been learned."""
    with _lock:
        return list(_plain_segmenter().cut(fold(text)))


def is_word(word: str) -> bool:
    """Whether the dictionary, or the names learned, hold it."""
    return frequency(word) > 0


def frequency(word: str) -> int:
    """How often the dictionary counts a word; 0 when it does not hold it."""
    with _lock:
        return _segmenter().frequency(word)


def common_words(least: int) -> dict[str, int]:
    """Words that the dictionary counts at least so many times, and how often it does."""
    return _dictionary().common(least)


@lru_cache(maxsize=_TAGS_KEPT)
def _tags(word: str) -> frozenset[str]:
    return _dictionary().tags(word)


def says_how(word: str) -> bool:
    """Whether a word is a verb, adjective or adverb: it says what is done to a thing, and names none.

    >>> says_how("揪出"), says_how("协议")
    (True, False)
    """
    return not _tags(word).isdisjoint(("v", "vd", "vi", "a", "ad", "an", "d", "z"))


def is_verb(word: str) -> bool:
    """Whether the segmenter's dictionary knows a word as a verb.

    >>> is_verb("遣散"), is_verb("团队")
    (True, False)
    """
    return not _tags(word).isdisjoint(("v", "vd", "vi", "vq"))


def may_name_a_place(word: str) -> bool:
    """Whether a word is a name to the segmenter's dictionary, or none of its words.

    >>> may_name_a_place("长白"), may_name_a_place("殷行"), may_name_a_place("目前")
    (True, True, False)
    """
    return not _tags(word) or not _tags(word).isdisjoint(("ns", "nr", "nrt"))


def words(text: str) -> tuple[str, ...]:
    """Words in order, as a search engine cuts them (long words also in parts); numbers whole; no punctuation.

    >>> words("满意率91.4%。")
    ('满意', '满意率', '91.4%')
    """
    return _words(text, len(_names))


@lru_cache(maxsize=_WORDS_KEPT)
def _words(text: str, _names_known: int) -> tuple[str, ...]:
    folded = fold(text)
    tokens: list[str] = []
    place = 0
    for number in _NUMBER.finditer(folded):
        tokens += _cut(folded[place : number.start()])
        tokens.append(number.group().replace(",", ""))
        place = number.end()
    return (*tokens, *_cut(folded[place:]))


def _cut(text: str) -> list[str]:
    if not text:
        return []
    with _lock:
        return [word for word in _segmenter().cut_for_search(text) if _WORD.fullmatch(word)]


def pairs(text: str) -> list[str]:
    """Pairs of neighbouring characters, not across punctuation; numbers whole.

    >>> pairs("满意率91.4%")
    ['满意', '意率', '91.4%']
    """
    folded = fold(text)
    tokens: list[str] = []
    place = 0
    for number in _NUMBER.finditer(folded):
        tokens += _pairs(folded[place : number.start()])
        tokens.append(number.group().replace(",", ""))
        place = number.end()
    return tokens + _pairs(folded[place:])


def _pairs(text: str) -> list[str]:
    found = []
    for run in _WORD.findall(text):
        found += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
    return found
