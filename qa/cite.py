"""A sentence of a report -> a citation of it."""

from collections.abc import Iterable

from corpus.report import Report, Sentence
from qa.records import Citation

Span = tuple[int, int]


def cite(report: Report, sentence: Sentence, highlights: Iterable[Span] = (), score: float = 1.0, items: Iterable[Span] = ()) -> Citation:
    """Cite a sentence.

    Args:
        report: where it stands.
        sentence: what is cited.
        highlights: offsets into the report; parts outside the sentence are cut off, overlaps are joined.
        score: probability that it answers, 0 to 1.
        items: slices of an enumeration, offsets into the report.
    """
    about = report.about
    return Citation(
        report_id=report.report_id,
        title=about.title,
        sentence_id=sentence.sentence_id,
        section=sentence.section,
        sentence=sentence.text,
        start=sentence.start,
        end=sentence.end,
        highlights=joined(highlights, sentence.start, sentence.end),
        score=min(1.0, max(0.0, score)),
        passage=report.passages[sentence.passage].text,
        link=f"/report/{report.report_id}#{sentence.sentence_id}",
        year=about.year,
        published=about.published.isoformat() if about.published else "",
        items=tuple(items),
    )


def titled(citation: Citation) -> str:
    """The report of a citation for people, with its year where the title does not say it."""
    year = "" if citation.year is None or str(citation.year) in citation.title else f"({citation.year}年)"
    return f"《{citation.title}》{year}"


def joined(spans: Iterable[Span], start: int, end: int) -> tuple[Span, ...]:
    """Spans cut to start..end, in order, overlapping ones as one.

    >>> joined([(5, 9), (1, 3), (8, 12)], 2, 10)
    ((2, 3), (5, 10))
    """
    out: list[Span] = []
    for a, b in sorted((max(a, start), min(b, end)) for a, b in spans):
        if a >= b:
            continue
        if out and a < out[-1][1]:
            out[-1] = (out[-1][0], max(b, out[-1][1]))
        else:
            out.append((a, b))
    return tuple(out)
