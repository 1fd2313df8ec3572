"""A report's own arithmetic, computed again: rates, totals with their parts, and announced counts with what is listed.

Only what the report itself puts together is computed: a rate with two counts beside it, a total with parts that are said to make it up,
a number with the list it announces. No total is invented; where an operand is missing, the verdict is ``cannot_tell``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from corpus.chinese import chinese_value
from corpus.figures import Figure, register
from corpus.fold import fold
from corpus.report import Report, Section, Sentence
from qa.cite import cite
from qa.compare import Meaning, meaning, round_to, within
from qa.derive import Pair, counted, has_total_cue, pairs, percent, show
from qa.records import Citation

Verdict = Literal["holds", "does_not_hold", "cannot_tell"]


@dataclass(frozen=True, slots=True)
class Computation:
    """One sum, ratio or count of a report, recomputed."""

    kind: Literal["ratio", "sum", "count"]
    expression: str  # "10985 / 11250"; "" where an operand is not printed
    stated: str  # as printed: "97%"
    computed: str  # "97.64%"; "" where nothing can be computed
    verdict: Verdict
    citations: tuple[Citation, ...]
    note: str = ""  # plain Chinese: why it cannot be told, or how it was rounded

    def to_json(self) -> dict[str, Any]:
        """The contract's computation."""
        return {
            "kind": self.kind,
            "expression": self.expression,
            "stated": self.stated,
            "computed": self.computed,
            "verdict": self.verdict,
            "citations": [citation.to_json() for citation in self.citations],
            "note": self.note,
        }


def recompute(report: Report) -> tuple[Computation, ...]:
    """Every computation a report invites, in order of the stated figure."""
    figures = register(report)
    found = [*_ratios(report, figures), *_sums(report, figures), *_counts(report, figures), *_headings(report)]
    return tuple(sorted(found, key=lambda one: (one.citations[0].start, one.citations[0].highlights, one.kind)))


def _citations(report: Report, *figures: Figure) -> tuple[Citation, ...]:
    """The sentences of some figures, each once, the figures marked; the first figure's sentence first."""
    order = dict.fromkeys(figure.sentence_id for figure in figures)
    return tuple(
        cite(report, report.by_id[sentence_id], [(figure.start, figure.end) for figure in figures if figure.sentence_id == sentence_id])
        for sentence_id in order
    )


# ---- rates -----------------------------------------------------------------------------------------------------------

_RATE = re.compile(r"([\u4e00-\u9fff]{2})(?:率|比例|比重)$")


_FAR = Fraction(1, 10)  # two counts whose share is this far from the rate are not what the rate is of


def _ratios(report: Report, figures: tuple[Figure, ...]) -> Iterator[Computation]:
    """签约293产 of 304产 for 签约率96.38%."""
    known = pairs(report, figures)
    for row, rate in enumerate(figures):
        named = _RATE.search(fold(rate.indicator))
        if rate.number.kind != "percent" or named is None or rate.number.upper is not None:
            continue
        operands = [pair for pair in known if pair.part < row and _is_part(report, figures, rate, pair, named[1])]
        yield _ratio(report, figures, rate, _nearest(figures, operands))


def _is_part(report: Report, figures: tuple[Figure, ...], rate: Figure, pair: Pair, stem: str) -> bool:
    """Whether a part is counted by the rate's own word (处置10985件 for 处置率), in the rate's sentence."""
    part, total = figures[pair.part], figures[pair.total]
    words = fold(report.text[part.segment_span[0] : part.segment_span[1]])
    return part.sentence_id == rate.sentence_id == total.sentence_id and stem in words and stem not in _before(report, total)


def _before(report: Report, figure: Figure) -> str:
    return fold(report.text[figure.segment_span[0] : figure.segment_span[1]])


def _nearest(figures: tuple[Figure, ...], operands: list[Pair]) -> list[Pair]:
    """One total for each part: the nearest before it that is no part of the same kind."""
    best: dict[int, Pair] = {}
    for pair in operands:
        if pair.part not in best or pair.total > best[pair.part].total:
            best[pair.part] = pair
    return list(best.values())


def _ratio(report: Report, figures: tuple[Figure, ...], rate: Figure, operands: list[Pair]) -> Computation:
    shares = [figures[pair.part].number.exact / figures[pair.total].number.exact for pair in operands]
    verdicts = {_ratio_holds(share, rate) for share in shares}
    far = verdicts == {False} and min(abs(share - rate.number.exact / 100) for share in shares) > _FAR
    if len(verdicts) != 1 or far:
        note = "报告没有写出可以相除的两个数" if not shares or far else "可以相除的数不止一对,结果不一"
        return Computation("ratio", "", rate.printed, "", "cannot_tell", _citations(report, rate), note)
    place = next((row for row, pair in enumerate(operands) if has_total_cue(report, figures[pair.total])), len(operands) - 1)
    part, total = figures[operands[place].part], figures[operands[place].total]
    expression = f"{show(part.number.exact)} / {show(total.number.exact)}"
    if verdicts == {True}:
        return Computation("ratio", expression, rate.printed, percent(shares[place]), "holds", _citations(report, rate, part, total))
    note = f"按 GB/T 8170 修约应为 {percent(_rounded(shares[place], rate))}"
    return Computation(
        "ratio", expression, rate.printed, percent(shares[place]), "does_not_hold", _citations(report, rate, part, total), note
    )


def _rounded(share: Fraction, rate: Figure) -> Fraction:
    """A share rounded to the decimals the rate is printed with."""
    exponent = rate.number.value.as_tuple().exponent
    place = Fraction(10) ** min(0, exponent if isinstance(exponent, int) else 0) / 100
    return round_to(share, place)


def _ratio_holds(share: Fraction, rate: Figure) -> bool:
    """Whether a share is the stated rate, rounded to its decimals, or lies within its bound."""
    stated = meaning(rate.number, Fraction(1, 100))
    if stated.bound == "exact":
        return _rounded(share, rate) == stated.value
    return within(Meaning("exact", share, share, share, low_open=False, high_open=False, place=Fraction(1)), stated)


# ---- totals and parts --------------------------------------------------------------------------------------------------

_PARTIAL = re.compile(r"其中|包括|含|等|如")
_REST = re.compile(r"(?:还有|其余|余下|剩余|剩下|尚有|仍有)\s*$")


def _sums(report: Report, figures: tuple[Figure, ...]) -> Iterator[Computation]:
    """79个(地面52个、地下27个); 12件, 9件 and 还有3件."""
    for row, total in enumerate(figures):
        if not counted(total):
            continue
        run = _following(figures, row)
        for parts in (_bracketed(report, total, run), _with_rest(report, run)):
            if len(parts) > 1:
                yield _sum(report, total, parts)


def _following(figures: tuple[Figure, ...], row: int) -> list[Figure]:
    """Counts of the same unit right behind a figure in its sentence."""
    run = []
    for figure in figures[row + 1 :]:
        if figure.sentence_id != figures[row].sentence_id or not counted(figure) or figure.number.unit != figures[row].number.unit:
            break
        run.append(figure)
    return run


def _bracketed(report: Report, total: Figure, run: list[Figure]) -> list[Figure]:
    """Parts in the bracket that follows a total; none where the bracket gives examples only (其中, 等)."""
    text = fold(report.text[total.end : total.end + 120])
    opened = re.match(r"[^,。;()]{0,20}\(", text)
    closed = text.find(")", opened.end()) if opened else -1
    if opened is None or closed < 0 or _PARTIAL.search(text[opened.end() : closed]):
        return []
    span = (total.end + opened.end(), total.end + closed)
    return [figure for figure in run if span[0] <= figure.start < span[1]]


def _with_rest(report: Report, run: list[Figure]) -> list[Figure]:
    """Parts up to the one that is said to be the rest (还有3件)."""
    for place, figure in enumerate(run):
        if place and _REST.search(fold(report.text[figure.segment_span[0] : figure.start])):
            return run[: place + 1]
    return []


def _sum(report: Report, total: Figure, parts: list[Figure]) -> Computation:
    computed = sum((part.number.exact for part in parts), Fraction(0))
    expression = " + ".join(show(part.number.exact) for part in parts)
    verdict: Verdict = "holds" if computed == total.number.exact else "does_not_hold"
    return Computation("sum", expression, total.printed, f"{show(computed)}{total.number.unit}", verdict, _citations(report, total, *parts))


# ---- announced counts --------------------------------------------------------------------------------------------------

_KINDS = frozenset({"个", "项", "类", "种", "方面", "大方面", "大类", "大行动", "大工程", "大任务", "大领域", "大体系", "大板块"})
_LIST_BEFORE = re.compile(r"[^,。;:()、]{2,}(?:、[^,。;:()、]{2,})+$")
_AND = re.compile(r"、|(?:以及|[和及与])(?=[^、]*$)")


def _counts(report: Report, figures: tuple[Figure, ...]) -> Iterator[Computation]:
    """依法决策、执法监督、守法普法3个专项小组; 2项应用场景,包括社区停车、高空抛物."""
    for figure in figures:
        if figure.number.kind != "count" or figure.number.qualifier or figure.number.unit not in _KINDS or figure.number.value < 2:
            continue
        sentence = report.by_id[figure.sentence_id]
        before = _LIST_BEFORE.search(fold(report.text[sentence.start : figure.start]))
        if before and not re.search(r"\d", before[0]):
            yield _count_before(report, figure, before[0].count("、") + 1, open_list=before[0].endswith("等"))
        elif after := re.match(r"[^,。;:()、]{0,20}[,:](包括|分别是|分别为|即)([^,。;]+)", fold(report.text[figure.end : sentence.end])):
            items = len(_AND.split(re.sub(r"\([^)]*\)", "", after[2])))
            yield _count_after(
                report, figure, items, open_list="等" in after[2] or (not after[1].startswith("分别") and items != figure.number.value)
            )


def _count_before(report: Report, figure: Figure, items: int, *, open_list: bool) -> Computation:
    """A list in front of its number: where it begins cannot always be seen, so another count says nothing."""
    same = not open_list and items == figure.number.value
    note = "" if same else "列举带“等”,没有列全" if open_list else "列举从哪里起,原文看不出"
    return Computation(
        "count",
        f"列出 {items} 项",
        figure.printed,
        str(items) if same else "",
        "holds" if same else "cannot_tell",
        _citations(report, figure),
        note,
    )


def _count_after(report: Report, figure: Figure, items: int, *, open_list: bool) -> Computation:
    if open_list:
        return Computation(
            "count", f"列出 {items} 项", figure.printed, "", "cannot_tell", _citations(report, figure), "列举带“等”,没有列全"
        )
    verdict: Verdict = "holds" if items == figure.number.value else "does_not_hold"
    return Computation("count", f"列出 {items} 项", figure.printed, str(items), verdict, _citations(report, figure))


_ANNOUNCED = re.compile(r"[“\"]([两二三四五六七八九十])(?:个|项|大|类|方面)[^”\"]*[”\"]")


def _headings(report: Report) -> Iterator[Computation]:
    """A heading that announces “三个行动” against the items 一是, 二是, 三是 under it."""
    for section in report.sections:
        found = _ANNOUNCED.search(fold(section.heading))
        value = chinese_value(found[1]) if found else None
        items = [inner for inner in report.sections if inner.level > section.level and section.heading_end <= inner.start < section.end]
        heading = report.sentence_at(section.heading_start)
        if found is None or value is None or heading is None or len(items) < 2:
            continue
        verdict: Verdict = "holds" if len(items) == value else "does_not_hold"
        yield Computation(
            "count", f"列出 {len(items)} 项", found[0][1:-1], str(len(items)), verdict, _of_heading(report, section, heading, items, found)
        )


def _of_heading(report: Report, section: Section, heading: Sentence, items: list[Section], found: re.Match[str]) -> tuple[Citation, ...]:
    """The heading, the announced number marked, and the heading of each item."""
    span = (section.heading_start + found.start() + 1, section.heading_start + found.end() - 1)
    sentences = [report.sentence_at(item.heading_start) for item in items]
    return (cite(report, heading, [span]), *(cite(report, sentence) for sentence in sentences if sentence is not None))
