"""Words that count as well spelt: those of the reports, and those that many bank questions use."""

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from zlib import crc32

from index.content import cutting_code
from index.passage_index import PassageIndex
from index.words import names_learned, words
from qa.normalise import Normaliser, Speller, WordList
from qa.questions.pinyin import Pinyin
from qa.registers import keep

_COMMON = 6  # a word that so many bank questions use is no typo


def vocabulary(index: PassageIndex, kept_in: Path | None = None) -> set[str]:
    """The words of an index, for a speller; what cutting the bank gave is kept in a folder, for it takes a while."""
    asked = [row.text for report in index.reports for row in index.bank_rows(report.report_id) if row.kind == "bank"]
    return index.sentence_words.vocabulary | (_kept(asked, kept_in) if kept_in and asked else _common(asked))


def _common(questions: Sequence[str]) -> set[str]:
    counts = Counter(word for question in questions for word in set(words(question)))
    return {word for word, count in counts.items() if count >= _COMMON}


def _kept(questions: Sequence[str], folder: Path) -> set[str]:
    """The same from a file named after all that decides it; made where it is not there or cannot be read."""
    decides = json.dumps([cutting_code(), _COMMON, names_learned(), questions], ensure_ascii=False)
    path = folder / f"{sha256(decides.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}.words"
    with suppress(OSError, ValueError):
        checksum, body = path.read_bytes().split(b"\n", 1)
        if int(checksum) == crc32(body):
            return set(json.loads(body))
    found = _common(questions)
    body = json.dumps(sorted(found), ensure_ascii=False).encode()
    keep(path, b"%d\n%b" % (crc32(body), body))
    return found


def normaliser_of(
    index: PassageIndex, written: WordList | None = None, *, mending: bool = True, kept_in: Path | None = None
) -> Normaliser:
    """What makes typed questions into queries for the reports of an index, by their own words and, when they share one, year.

    Args:
        index: the reports.
        written: the word list that staff keep; read anew when None.
        mending: whether typos are mended; it takes the words of all the reports, so not for very many.
        kept_in: a folder that keeps what is read of the bank; None keeps nothing.
    """
    years = {report.about.year for report in index.reports}
    known = (lambda: vocabulary(index, kept_in)) if mending else tuple
    texts = (lambda: _texts(index)) if mending else tuple
    return Normaliser(written or WordList(), Speller(known), Pinyin(texts), years.pop() if len(years) == 1 else None)


def _texts(index: PassageIndex) -> list[str]:
    """The reports, and the bank questions that lead into them."""
    asked = (row.text for report in index.reports for row in index.bank_rows(report.report_id) if row.kind == "bank")
    return [*(report.text for report in index.reports), *asked]
