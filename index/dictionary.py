"""jieba's dictionary, of which only those words are read that may stand in a text that is cut.

jieba reads all 350,000 words and their beginnings into one table before it cuts the first text: a second, and 70 MB for each
segmenter. But a word that stands in a text begins with two characters that stand there side by side. So the file is mapped, where the
words of each two first characters stand is found by arithmetic over its bytes, and they are read when a text first has the two.
"""

import mmap
from collections.abc import Iterable, Iterator
from itertools import pairwise

import jieba
import numpy as np
import numpy.typing as npt

_WIDTH = 8  # bytes of two characters in UTF-8, at most
Places = npt.NDArray[np.int32]


class Dictionary:
    """The file that comes with jieba: a line ``word frequency tag`` for each word."""

    def __init__(self) -> None:
        """Find where the words stand.

        Raises:
            RuntimeError: the file has another form than we know.
        """
        with jieba.Tokenizer().get_dict_file() as file:
            self._lines = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        letters = np.frombuffer(self._lines, np.uint8)
        ends, spaces = (np.flatnonzero(letters == ord(mark)).astype(np.int32) for mark in "\n ")
        starts = np.concatenate([np.zeros(1, np.int32), ends[:-1] + np.int32(1)])
        before, after = spaces[::2], spaces[1::2]  # the frequencies
        if not len(before) == len(after) == len(ends) or not ((starts < before) & (before + 1 < after) & (after < ends)).all():
            raise RuntimeError("jieba's dictionary has changed its form; see the versions in requirements.txt")
        self.total = _sum(letters, before, after)  # of all frequencies
        keys = _keys(letters, starts, before)
        order = np.argsort(keys, kind="stable")  # the file is all but sorted
        self._keys, self._starts, self._ends = keys[order], starts[order], ends[order]

    def beginning_with(self, beginnings: Iterable[str]) -> Iterator[tuple[str, int, str]]:
        """Word, frequency and tag of the words whose first two characters, or whose only one, are among these."""
        wanted = np.array([_key(beginning) for beginning in beginnings], np.uint64)
        firsts, lasts = (np.searchsorted(self._keys, wanted, side).tolist() for side in ("left", "right"))
        for first, last in zip(firsts, lasts, strict=True):
            for place in range(first, last):
                word, frequency, tag = self._lines[self._starts[place] : self._ends[place]].decode().split(" ")
                yield word, int(frequency), tag

    def common(self, least: int) -> dict[str, int]:
        """Words that are counted at least so many times, and how often."""
        rows = (line.split(" ") for line in self._lines[:].decode().splitlines())
        return {word: int(frequency) for word, frequency, _ in rows if int(frequency) >= least}

    def begins_a_word(self, character: str) -> bool:
        """Whether some word begins with a character."""
        key = _key(character)
        place = int(np.searchsorted(self._keys, np.uint64(key)))
        last = key | (1 << 8 * (_WIDTH - len(character.encode()))) - 1
        return place < len(self._keys) and int(self._keys[place]) <= last

    def tags(self, word: str) -> frozenset[str]:
        """What a word is: n, v, a and so on; nothing when the dictionary does not hold it."""
        return frozenset(tag for other, _, tag in self.beginning_with([word[:2]]) if other == word)


def _key(beginning: str) -> int:
    """The bytes of one or two characters as a number that sorts as they do."""
    return int.from_bytes(beginning.encode(errors="replace").ljust(_WIDTH, b"\0"), "big")


def _keys(letters: npt.NDArray[np.uint8], starts: Places, ends: Places) -> npt.NDArray[np.uint64]:
    """The key of each word's beginning, words given by where they stand."""
    padded = np.concatenate([letters, np.zeros(_WIDTH, np.uint8)])
    whole = np.ndarray(len(letters), ">u8", padded, strides=(1,))[starts].astype(np.uint64)
    first = _length(letters[starts])
    both = np.minimum(first + _length(np.take(letters, starts + first, mode="clip")), ends - starts)
    unused = (8 * (_WIDTH - both)).astype(np.uint64)
    return np.asarray(whole >> unused << unused, np.uint64)


def _length(leads: npt.NDArray[np.uint8]) -> npt.NDArray[np.int32]:
    """Bytes of the characters that begin with these bytes, in UTF-8."""
    return np.array([1] * 0xC0 + [2] * 0x20 + [3] * 0x10 + [4] * 0x10, np.int32)[leads]


def _sum(letters: npt.NDArray[np.uint8], before: Places, after: Places) -> int:
    """The sum of the numbers that stand between these places."""
    total = 0
    for power in range(int((after - before).max()) - 1):
        places = after - np.int32(power + 1)
        total += 10**power * int((letters[places[places > before]].astype(np.int64) - ord("0")).sum())
    return total


class Segmenter(jieba.Tokenizer):  # type: ignore[misc]  # jieba has no types
    """Cuts exactly as a ``jieba.Tokenizer`` that has read all of its dictionary."""

    def __init__(self, dictionary: Dictionary) -> None:
        super().__init__()
        self._dictionary = dictionary
        self._met: set[str] = set()  # characters, and pairs of neighbours
        self.total, self.initialized = dictionary.total, True

    def get_DAG(self, sentence: str) -> dict[int, list[int]]:  # noqa: N802  # jieba's name
        """What words a stretch of text can be cut into: all cutting asks this before it looks at the table of words."""
        self._meet(sentence)
        found: dict[int, list[int]] = super().get_DAG(sentence)
        return found

    def add_word(self, word: str, freq: int | None = None, tag: str | None = None) -> None:
        """Learn a word; see ``jieba.Tokenizer.add_word``."""
        self._meet(word)
        super().add_word(word, freq, tag)

    def frequency(self, word: str) -> int:
        """How often a word is counted; 0 when it is not known."""
        self._meet(word)
        return int(self.FREQ.get(word) or 0)

    def _meet(self, text: str) -> None:
        """Read the words that may stand in a text."""
        known: dict[str, int] = self.FREQ
        new = {*text, *(one + other for one, other in pairwise(text))} - self._met
        if not new:
            return
        for word, frequency, _ in self._dictionary.beginning_with(new):
            known[word] = frequency
            for length in range(1, len(word)):
                known.setdefault(word[:length], 0)  # jieba goes on looking for longer words behind these
        for character in new:
            if len(character) == 1 and character not in known and self._dictionary.begins_a_word(character):
                known[character] = 0
        self._met |= new
