"""Words that count as well spelt: those of the reports, and those that many bank questions use."""

from collections import Counter

from index.passage_index import PassageIndex
from index.words import words
from qa.normalise import Normaliser, Speller, WordList
from qa.questions.pinyin import Pinyin

_COMMON = 6  # a word that so many bank questions use is no typo


def vocabulary(index: PassageIndex) -> set[str]:
    """The words of an index, for a speller."""
    printed = index.sentence_words.vocabulary
    asked = Counter(
        word for report in index.reports for row in index.bank_rows(report.report_id) if row.kind == "bank" for word in set(words(row.text))
    )
    return printed | {word for word, count in asked.items() if count >= _COMMON}


def normaliser_of(index: PassageIndex, written: WordList | None = None, *, mending: bool = True) -> Normaliser:
    """What makes typed questions into queries for the reports of an index, by their own words and, when they share one, year.

    Args:
        index: the reports.
        written: the word list that staff keep; read anew when None.
        mending: whether typos are mended; it takes the words of all the reports, so not for very many.
    """
    years = {report.about.year for report in index.reports}
    known = (lambda: vocabulary(index)) if mending else tuple
    texts = (lambda: _texts(index)) if mending else tuple
    return Normaliser(written or WordList(), Speller(known), Pinyin(texts), years.pop() if len(years) == 1 else None)


def _texts(index: PassageIndex) -> list[str]:
    """The reports, and the bank questions that lead into them."""
    asked = (row.text for report in index.reports for row in index.bank_rows(report.report_id) if row.kind == "bank")
    return [*(report.text for report in index.reports), *asked]
