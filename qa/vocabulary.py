"""Words that count as well spelt: those of the reports, and those that many bank questions use."""

from collections import Counter

from index.passage_index import PassageIndex
from index.words import words
from qa.normalise import Normaliser, Speller, WordList

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
    speller = Speller((lambda: vocabulary(index)) if mending else tuple)
    return Normaliser(written or WordList(), speller, years.pop() if len(years) == 1 else None)
