"""A checked draft as HTML: the draft with every figure marked by its verdict, the evidence for each, and the table of all."""

import re
from collections.abc import Iterator, Sequence
from html import escape

from qa.check import CheckedFigure
from qa.records import Citation
from qa.web import texts_tools as words
from qa.web.html import full_width, icon, text
from qa.web.page import Site
from qa.web.render import Setting, citation_text, notice_html, paper_html

# verdict -> class and icon; in the order that the table and the tally keep
LOOKS = {"contradicted": ("bad", "neq"), "not_found": ("none", "nil"), "ambiguous": ("maybe", "maybe"), "supported": ("ok", "ok")}
_LONG = 12.0  # characters of full width; what is longer may break over lines


def note(checked: CheckedFigure) -> str:
    """The note on a figure, as the pages print: full-width marks; what a missing figure means."""
    if checked.verdict == "not_found":
        return words.NOT_WRITTEN_SHORT
    return full_width(checked.note)


def citations(checked: CheckedFigure) -> list[Citation]:
    """All sentences that a verdict rests on."""
    return [citation for citation in (checked.citation, *checked.others) if citation is not None]


def in_order(checked: Sequence[CheckedFigure]) -> list[CheckedFigure]:
    """Those to look at first, by verdict; the rest as in the draft."""
    return sorted(checked, key=lambda one: (list(LOOKS).index(one.verdict), one.start))


def can_change(checked: CheckedFigure) -> bool:
    """Whether the report prints a figure that the draft could print instead."""
    return checked.verdict == "contradicted" and checked.citation is not None and checked.report_value in checked.citation.sentence


def result_html(site: Site, draft: str, checked: Sequence[CheckedFigure], form: str) -> str:
    """The result of a check.

    Args:
        site: where it is served.
        draft: its text.
        checked: its figures, at least one, in order.
        form: the form that sends the draft again, as HTML.
    """
    look = [place for place, one in enumerate(checked) if one.verdict != "supported"]
    first = look[0] if look else 0
    said = words.SUM.format(count=len(checked), look=len(look)) if look else words.SUM_FINE.format(count=len(checked))
    details = "".join(_detail(site, checked, place, shown=place == first) for place in range(len(checked)))
    return (
        f'<p class="yj-sum" role="status">{said}</p>\n{_tally(checked)}\n<div class="yj-desk">\n'
        f'<section aria-labelledby="dr">{_bar()}\n{form}\n{_draft(draft, checked, first)}\n<p class="yj-small yj-tap">{words.TAP}</p></section>\n'
        f'<aside class="yj-aside" aria-label="{words.DETAIL}">{details}</aside>\n</div>\n{_table(site, checked)}\n{_downloads()}'
        f'<textarea id="yj-result" hidden readonly aria-hidden="true">{escape(plain_result(checked))}</textarea>'
    )


def _tally(checked: Sequence[CheckedFigure]) -> str:
    counts = {verdict: sum(one.verdict == verdict for one in checked) for verdict in LOOKS}
    rows = "".join(
        f'<li><button type="button" aria-pressed="false" data-verdict="{verdict}">'
        f'<span class="yj-i yj-i-{LOOKS[verdict][1]} yj-c-{LOOKS[verdict][0]}"></span>{words.VERDICTS[verdict]}<b>{count}</b></button></li>'
        for verdict, count in counts.items()
        if count
    )
    return f'<ul class="yj-tally" aria-label="{words.TALLY}">{rows}</ul>'


def _bar() -> str:
    return (
        f'<div class="yj-draft__bar"><h2 class="yj-h2" id="dr">{words.DRAFT}</h2>'
        f'<a class="yj-btn yj-do-edit" href="#edit">{icon("edit")}{words.EDIT}</a>'
        f'<button type="button" class="yj-btn yj-js yj-do-result" data-label="{words.COPY_RESULT}">{icon("copy")}{words.COPY_RESULT}</button></div>'
    )


def _draft(draft: str, checked: Sequence[CheckedFigure], first: int) -> str:
    """The draft line by line, nothing of it changed; a line that ends within a figure goes on to the next end."""
    lines, start = [], 0
    ends = [found.start() for found in re.finditer("\n", draft) if not any(one.start < found.start() < one.end for one in checked)]
    for end in [*ends, len(draft)]:
        inside = [(place, one) for place, one in enumerate(checked) if start <= one.start < end]
        if draft[start:end].strip():
            lines.append(f"<p>{_line(draft, start, end, inside, first)}</p>")
        start = end + 1
    return f'<div class="yj-draft" lang="zh-CN">{"".join(lines)}</div>'


def _line(draft: str, start: int, end: int, inside: Sequence[tuple[int, CheckedFigure]], first: int) -> str:
    parts = []
    for place, one in inside:
        if one.start < start:
            continue
        parts += [escape(draft[start : one.start]), _figure(place, one, current=place == first)]
        start = one.end
    return "".join([*parts, escape(draft[start:end])])


def _figure(place: int, one: CheckedFigure, *, current: bool) -> str:
    look, shape = LOOKS[one.verdict]
    tag = _tag(one)
    css = f"yj-v yj-v--{look}{' yj-v--long' if _width(one.as_written + tag) > _LONG else ''}"
    hidden = words.VERDICT_HIDDEN.format(verdict=words.VERDICTS[one.verdict])
    beside = f'<span class="yj-v__t">{text(tag)}</span>' if tag else ""
    return (
        f'<a href="#d{place + 1}" class="{css}" id="f{place + 1}" data-verdict="{one.verdict}"{" aria-current=true" if current else ""}>'
        f'{icon(shape)}<span class="yj-hide">{hidden}</span>{escape(one.as_written)}{beside}</a>'
    )


def _width(printed: str) -> float:
    """How wide a text is, in characters of full width."""
    return sum(0.55 if char < "\u2e80" else 1.0 for char in printed)


def _tag(one: CheckedFigure) -> str:
    """What stands beside a figure in the draft."""
    match one.verdict:
        case "contradicted":
            return words.REPORT_IS.format(value=one.report_value)
        case "not_found":
            return words.VERDICTS["not_found"]
        case "ambiguous":
            return words.MAY_BE.format(count=len(citations(one)))
        case _:
            return ""


# ---- the evidence for one figure -------------------------------------------------------------------------------------


def _detail(site: Site, checked: Sequence[CheckedFigure], place: int, *, shown: bool) -> str:
    one = checked[place]
    look, shape = LOOKS[one.verdict]
    verdict = words.VERDICTS[one.verdict]
    return (
        f'<section class="yj-detail{" is-shown" if shown else ""}" id="d{place + 1}" aria-labelledby="h{place + 1}"><div class="yj-detail__h">'
        f'<h2 class="yj-h2 yj-c-{look}" id="h{place + 1}" tabindex="-1">{icon(shape)}{verdict}</h2>{_nth(checked, place)}</div>'
        f"{_evidence(site, one, place)}{_pager(checked, place)}</section>"
    )


def _nth(checked: Sequence[CheckedFigure], place: int) -> str:
    look = [row for row, one in enumerate(checked) if one.verdict != "supported"]
    if place not in look:
        return ""
    return f'<span class="yj-small">{words.NTH.format(number=look.index(place) + 1, count=len(look))}</span>'


def _evidence(site: Site, one: CheckedFigure, place: int) -> str:
    setting = Setting(base=site.base)
    if one.verdict == "not_found":
        return f'{_versus(one)}<div class="yj-nil"><p class="yj-nil__p">{words.NOT_WRITTEN}</p></div>'
    if one.verdict == "ambiguous":
        return _which(one, place, setting)
    found = note(one)
    said = f'<p class="yj-small yj-vs__note">{text(found)}</p>' if found else ""
    papers = "".join(paper_html(citation, setting) for citation in citations(one))
    return f"{_versus(one)}{said}{papers}{_acts(one, place)}"


def _versus(one: CheckedFigure) -> str:
    look, shape = LOOKS[one.verdict]
    stated = f'<mark class="yj-mark yj-mark--num">{text(one.report_value)}</mark>' if one.report_value else words.NONE
    return (
        f'<dl class="yj-vs"><div><dt>{words.IN_DRAFT}</dt><dd>{text(one.as_written)}</dd></div><div><dt>{words.IN_REPORT}</dt>'
        f'<dd><span class="yj-vs__m yj-c-{look}">{icon(shape)}</span>{stated}</dd></div></dl>'
    )


def _which(one: CheckedFigure, place: int, setting: Setting) -> str:
    found = citations(one)
    asks = words.WHICH.format(figure=one.as_written, count=len(found))
    papers = "".join(
        f'{paper_html(citation, setting, number=number)}<div class="yj-btns yj-pick">'
        f'<button class="yj-btn" form="yj-form" name="pick" value="{one.start}:{one.end}:{citation.sentence_id}:{_mark(citation)}">'
        f"{words.THIS_ONE}</button></div>"
        for number, citation in enumerate(found, start=1)
    )
    return f'<p class="yj-small yj-which">{text(asks)}</p>{papers}'


def _mark(citation: Citation) -> int:
    """Where the figure stands that a citation means."""
    return citation.highlights[0][0] if citation.highlights else citation.start


def _acts(one: CheckedFigure, place: int) -> str:
    change = (
        f'<button class="yj-act" form="yj-form" name="change" value="{place}">{icon("swap")}'
        f"{text(words.CHANGE_TO.format(value=one.report_value))}</button>"
    )
    copy = f'<button type="button" class="yj-act yj-js yj-do-copy">{icon("copy")}{words.COPY}</button>'
    return f'<div class="yj-acts">{copy}{change if can_change(one) else ""}</div>'


def _pager(checked: Sequence[CheckedFigure], place: int) -> str:
    """To the figures before and after that are to be looked at."""
    look = [row for row, one in enumerate(checked) if one.verdict != "supported" and row != place]
    before = max((row for row in look if row < place), default=None)
    after = min((row for row in look if row > place), default=None)
    if before is None and after is None:
        return ""
    return f'<div class="yj-pager">{_step(before, words.BEFORE)}{_step(after, words.AFTER, main=True)}</div>'


def _step(row: int | None, label: str, *, main: bool = False) -> str:
    if row is None:
        return f'<button type="button" class="yj-btn" disabled>{label}</button>'
    css, arrow = ("yj-btn yj-btn--main", icon("chev")) if main else ("yj-btn", "")
    return f'<a class="{css}" href="#d{row + 1}">{label}{arrow}</a>'


# ---- the table of all ------------------------------------------------------------------------------------------------


def _table(site: Site, checked: Sequence[CheckedFigure]) -> str:
    head = "".join(
        f'<th scope="col"{css}>{label}</th>'
        for label, css in (
            (words.COLUMN_VERDICT, ""),
            (words.IN_DRAFT, ' class="yj-table__n"'),
            (words.IN_REPORT, ' class="yj-table__n"'),
            (words.COLUMN_NOTE, ""),
            (words.COLUMN_SOURCE, ""),
        )
    )
    rows = "\n".join(_row(site, one) for one in in_order(checked))
    return (
        f'<h2 class="yj-h2 yj-below" id="all">{words.ONE_BY_ONE}</h2>\n<p class="yj-small">{words.ORDER}</p>\n'
        f'<table class="yj-table yj-table--check" role="table" aria-labelledby="all">\n<thead role="rowgroup"><tr role="row">{head}</tr></thead>\n'
        f'<tbody role="rowgroup">\n{rows}\n</tbody></table>'
    )


def _row(site: Site, one: CheckedFigure) -> str:
    look, shape = LOOKS[one.verdict]
    return (
        f'<tr role="row" data-verdict="{one.verdict}">'
        f'<td class="yj-t-v" role="cell"><span class="yj-c-{look}">{icon(shape)} {words.VERDICTS[one.verdict]}</span></td>'
        f'<th scope="row" role="rowheader" class="yj-table__n yj-t-d" data-l="{words.IN_DRAFT}">{text(one.as_written)}</th>'
        f'<td class="yj-table__n yj-t-r" role="cell" data-l="{words.IN_REPORT}">{text(one.report_value or words.DASH)}</td>'
        f'<td class="yj-table__s yj-t-n" role="cell">{text(note(one))}</td><td class="yj-t-s" role="cell">{_links(site, one)}</td></tr>'
    )


def _links(site: Site, one: CheckedFigure) -> str:
    found = citations(one)
    if not found:
        return f'<span class="yj-table__s">{words.NO_SENTENCE}</span>'
    labels = [words.OPEN] if len(found) == 1 else [words.OPEN_NTH.format(number=number) for number in range(1, len(found) + 1)]
    links = " ".join(f'<a href="{escape(site.base + c.link)}">{label}</a>' for c, label in zip(found, labels, strict=True))
    return links + "".join(f'<span class="yj-proof">{text(citation_text(c))}</span>' for c in found)  # on paper, where no link leads on


def _downloads() -> str:
    kinds = (("csv", words.DOWNLOAD_CSV), ("docx", words.DOWNLOAD_WORD), ("html", words.DOWNLOAD_HTML))
    buttons = "".join(
        f'<button class="yj-btn" form="yj-form" name="as" value="{kind}">{icon("down2")}{label}</button>' for kind, label in kinds
    )
    return (
        f'<div class="yj-btns yj-btns--below">{buttons}'
        f'<button type="button" class="yj-btn yj-js yj-do-print">{icon("print")}{words.PRINT}</button></div>'
    )


def plain_result(checked: Sequence[CheckedFigure]) -> str:
    """The table as plain text, for a message or a document."""
    return "\n".join(_plain_lines(checked))


def _plain_lines(checked: Sequence[CheckedFigure]) -> Iterator[str]:
    look = sum(one.verdict != "supported" for one in checked)
    yield words.SUM.format(count=len(checked), look=look) if look else words.SUM_FINE.format(count=len(checked))
    for one in in_order(checked):
        says = words.REPORT_IS.format(value=one.report_value) if one.report_value else ""
        quoted = f"“{one.citation.sentence}”" if one.citation else ""
        yield "　".join(part for part in (words.VERDICTS[one.verdict], one.as_written, says, note(one), quoted) if part)


# ---- the form --------------------------------------------------------------------------------------------------------


def form_html(site: Site, draft: str, picked: Sequence[str], *, editing: bool, sample: bool) -> str:
    """The form that takes a draft; ``editing`` when a result stands beside it."""
    kept = "".join(f'<input type="hidden" name="picked" value="{escape(one)}">' for one in picked)
    cancel = f'<a class="yj-btn yj-do-cancel" href="#dr">{words.CANCEL}</a>' if editing else ""
    offer = f'<button class="yj-btn" name="sample" value="1">{words.SAMPLE}</button>' if sample and not editing else ""
    form = (
        f'<form class="yj-form" id="yj-form" method="post" action="{site.base}/check" enctype="multipart/form-data">'
        f'<div class="yj-field"><label for="dft">{words.DRAFT_LABEL}</label>'
        f'<textarea class="yj-input" id="dft" name="text" rows="{12 if editing else 8}" placeholder="{words.DRAFT_HINT}">\n{escape(draft)}</textarea></div>'
        f"{'' if editing else _file()}{kept}"
        f'<div class="yj-btns"><button class="yj-btn yj-btn--main" name="go" value="1">{words.START}</button>{offer}{cancel}</div>'
        f'<p class="yj-wait" id="yj-wait" role="status" hidden><span class="yj-wait__b"></span>{words.CHECKING}</p></form>'
    )
    return f'<div class="yj-edit" id="edit">{form}</div>' if editing else form


def _file() -> str:
    return (
        f'<div class="yj-file"><label for="file">{words.FILE_LABEL}</label>'
        '<input type="file" id="file" name="file" accept=".txt,.md,.docx,.pdf,.html,.htm">'
        f'<label class="yj-btn yj-js" for="file">{icon("doc")}{words.FILE_CHOOSE}</label>'
        '<span class="yj-file__n" id="file-name" role="status"></span></div>'
    )


def notice(said: str) -> str:
    """A word on why there is no result."""
    return f'<div class="yj-notes">{notice_html(said)}</div>'
