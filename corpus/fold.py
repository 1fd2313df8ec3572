"""A copy of a text to search in: half width, lower case, simplified script; every character keeps its place.

>>> fold("９１．４％ 的滿意率ABC")
'91.4% 的满意率abc'
"""

import unicodedata
from functools import lru_cache

import opencc


@lru_cache(maxsize=1)
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=65536)
def _fold_char(char: str) -> str:
    """One character for one character; a form that would grow (㎡, ﷺ) stays as it is; half a character is none."""
    if "\ud800" <= char <= "\udfff":  # JSON may hold one; no library that takes UTF-8 does
        return "\ufffd"
    folded = unicodedata.normalize("NFKC", char).lower()
    return folded if len(folded) == 1 else char


@lru_cache(maxsize=65536)
def _simplify_char(char: str) -> str:
    simple = str(_simplifier().convert(char))
    return simple if len(simple) == 1 else char


def fold(text: str) -> str:
    """Fold width, case and script; ``len(fold(text)) == len(text)``, so offsets hold in both."""
    narrow = "".join(map(_fold_char, text))
    if narrow.isascii():
        return narrow
    simple = str(_simplifier().convert(narrow))
    # OpenCC converts words, and a few words change length; then go character by character.
    return simple if len(simple) == len(narrow) else "".join(map(_simplify_char, narrow))
