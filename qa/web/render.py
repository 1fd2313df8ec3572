"""An answer as HTML: one block without blank lines, every slice of the report escaped, highlights by offset.

What the chat's sanitiser keeps decides the form: classes for state, no ``data-*``, no ``aria-*``, no inline SVG.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from qa.cite import titled
from qa.records import Answer, Citation
from qa.web import texts
from qa.web.html import Mark, ask_link, full_width, icon, is_figure, kept_whole, marked, text

_LONGEST_FIGURE = 12  # characters; a longer mark may break over lines
_SURE = 0.5  # below this probability the lead says 可能相关


@dataclass(frozen=True, slots=True)
class Setting:
    """What an answer's page knows beside the answer."""

    base: str = ""  # path prefix behind a proxy, "" or "/youju"
    year: str = ""  # "2021年"; "" when there are reports of several years
    examples: tuple[str, ...] = ()  # questions that can be answered
    home_report: str = ""  # report_id whose contents a refusal offers
    chosen: str = ""  # where the visitor chose to look, as the picker writes it
    titles: Mapping[str, str] = field(default_factory=dict)  # of every report, by id


def question_html(question: str) -> str:
    """The visitor's question, as typed."""
    return f'<div class="yj-q"><span class="yj-hide">{texts.YOU_ASKED}</span>{text(question)}</div>'


def answer_html(answer: Answer, setting: Setting) -> str:
    """One answer, whatever it is."""
    body = _found(answer, setting) if answer.answered else _refusal(answer, setting)
    said = (("asked", answer.question), ("meant", answer.understood), ("after", _before(answer)))
    asked = "".join(f'<span class="yj-{name}" hidden>{text(words)}</span>' for name, words in said)
    return f'<div class="yj-answer" lang="zh-CN">{_understood(answer)}{body}{asked}</div>'


def notice_html(words: str, icon_name: str = "alert", *, bad: bool = False, again: bool = False) -> str:
    """A notice in place of an answer: too long, too fast, failed."""
    css = "yj-note yj-note--bad" if bad else "yj-note"
    button = f'<div class="yj-btns"><button type="button" class="yj-btn yj-again">{texts.AGAIN}</button></div>' if again else ""
    return f'<div class="{css}" role="alert">{icon(icon_name)}<div class="yj-note__b">{text(words)}{button}</div></div>'


def _understood(answer: Answer) -> str:
    if not answer.understood:
        return ""
    before = _before(answer)
    words = texts.UNDERSTOOD_AFTER.format(question=before) if before else texts.UNDERSTOOD.format(question=answer.understood)
    return f'<p class="yj-small yj-understood">{text(words)}</p>'


def _before(answer: Answer) -> str:
    """The earlier question that a follow-up was read with; "" where there was none."""
    before, arrow, _ = answer.understood.partition(" → ")
    return before if arrow else ""


def _found(answer: Answer, setting: Setting) -> str:
    shown, rest = _split(answer)
    papers = "".join(paper_html(c, setting, number=i if len(shown) > 1 else 0) for i, c in enumerate(shown, start=1))
    lead = f'<p class="yj-lead">{_lead(answer, shown)}</p>'
    open_parts = "".join(_part(part, setting) for part in answer.parts if not part.answered)
    after = f"{_foot()}{_more(rest, setting)}{_next(answer.related, setting)}"
    return f"{lead}{papers}{_all_places(answer, shown, setting)}{open_parts}{after}"


def _part(part: Answer, setting: Setting) -> str:
    """One of several questions that has no answer, and what comes near."""
    said = texts.PART_NIL.format(question=part.question)
    near = f'<details class="yj-more"><summary>{texts.NEAREST}</summary>{_papers(part.near, setting)}</details>' if part.near else ""
    return f'<div class="yj-gap"></div>{_nil(text(said), "", near)}'


def _split(answer: Answer) -> tuple[Sequence[Citation], Sequence[Citation]]:
    """The sentences that answer, and those that might: a question of several parts shows one or more for each."""
    count = max(1, sum(answer.cited_for)) if answer.cited_for else 1
    return answer.citations[:count], answer.citations[count:]


def _lead(answer: Answer, shown: Sequence[Citation]) -> str:
    if answer.message:  # what stands below is none of what was asked
        return text(full_width(answer.message))
    if answer.occurrences > len(shown):
        return texts.LEAD_SOME.format(count=answer.occurrences, shown=len(shown))
    if len(shown) > 1:
        return texts.LEAD_MANY.format(count=len(shown))
    if _listed(shown[0]):
        return texts.LEAD_LIST
    return texts.LEAD_ONE if answer.confidence >= _SURE else texts.LEAD_MAYBE


def _all_places(answer: Answer, shown: Sequence[Citation], setting: Setting) -> str:
    """The way to the other sentences that hold the figure looked up."""
    if answer.occurrences <= len(shown) or answer.message:
        return ""
    report = quote(shown[0].report_id, safe="")
    link = escape(f"{setting.base}/figures?q={quote(answer.question.strip(), safe='')}&report={report}&dates=1")
    return f'<div class="yj-gap"></div><a class="yj-open" href="{link}">{texts.ALL_PLACES}{icon("arrow")}</a>'


def paper_html(citation: Citation, setting: Setting, *, number: int = 0) -> str:
    """The white box: a verbatim sentence, where it stands, and the way to it. Nothing of ours goes in."""
    css = "yj-paper yj-paper--list" if _listed(citation) else "yj-paper"
    place = f'<p class="yj-paper__n">{texts.PLACE.format(number=number)}</p>' if number else ""
    return (
        f'<section class="{css}">{place}{_items(citation)}'
        f'<blockquote class="yj-quote">{_sentence(citation)}</blockquote>{_source(citation)}{_around(citation)}'
        f'<a class="yj-open" href="{escape(setting.base + citation.link)}">{texts.OPEN}{icon("arrow")}</a>'
        f'<span class="yj-cite" hidden>{text(citation_text(citation))}</span></section>'
    )


def _items(citation: Citation) -> str:
    rows = "".join(f"<li>{text(item)}</li>" for item in _listed(citation))
    return f'<ul class="yj-items">{rows}</ul>' if rows else ""


def _listed(citation: Citation) -> list[str]:
    """The items that stand one per line; none where they are bare numbers, of which nobody could tell what they count."""
    items = [citation.sentence[a - citation.start : b - citation.start] for a, b in citation.items]
    return [] if all(is_figure(item) for item in items) else items


def _sentence(citation: Citation) -> str:
    listed = bool(_listed(citation))
    spans = citation.items if listed else citation.highlights or citation.items
    marks = [Mark(a, b, "yj-mark" if listed else _mark_css(citation, a, b), "mark") for a, b in spans]
    return marked(citation.sentence, citation.start, [*marks, *kept_whole(citation.sentence, citation.start, spans)])


def _mark_css(citation: Citation, start: int, end: int) -> str:
    words = citation.sentence[start - citation.start : end - citation.start]
    short = len(words) <= _LONGEST_FIGURE and any(char.isdigit() for char in words)
    return "yj-mark yj-mark--num" if short else "yj-mark"


def _source(citation: Citation) -> str:
    lines = "".join(f'<span class="yj-src__v">{text(line)}</span>' for line in (titled(citation), *citation.section))
    return f'<p class="yj-src"><span class="yj-src__k">{texts.SOURCE}</span>{lines}</p>'


def _around(citation: Citation) -> str:
    """The paragraph the sentence stands in, folded; nothing when it stands alone."""
    start = citation.passage.find(citation.sentence)
    if start < 0 or citation.passage.strip() == citation.sentence.strip():
        return ""
    here = Mark(start, start + len(citation.sentence), "yj-here", "b")
    words = marked(citation.passage, 0, [here])
    return f'<details class="yj-around"><summary>{texts.AROUND}</summary><blockquote class="yj-around__q">{words}</blockquote></details>'


def citation_text(citation: Citation) -> str:
    """The formal citation without its link: “句子”——《报告》，部分 小节，日期."""
    where = " ".join(citation.section).rstrip("。")
    head = texts.CITATION.format(sentence=citation.sentence, title=citation.title)
    return "，".join(part for part in (head, where, citation.published) if part)


def _more(rest: Sequence[Citation], setting: Setting) -> str:
    if not rest:
        return ""
    papers = "".join(paper_html(citation, setting) for citation in rest)
    return f'<details class="yj-more"><summary>{texts.MORE.format(count=len(rest))}</summary>{papers}</details>'


def _foot() -> str:
    acts = (("copy", texts.COPY), ("share", texts.SHARE), ("sound", texts.SPEAK))
    buttons = "".join(f'<button type="button" class="yj-act yj-do-{name}">{icon(name)}{words}</button>' for name, words in acts)
    choices = (("up", texts.YES), ("down", texts.NO))
    votes = "".join(f'<button type="button" class="yj-btn yj-do-{name}">{icon(name)}{words}</button>' for name, words in choices)
    vote = f'<div class="yj-vote"><span class="yj-vote__q">{texts.USEFUL}</span>{votes}</div>'
    return f'<div class="yj-foot"><div class="yj-acts">{buttons}</div>{vote}</div>'


def _next(questions: Sequence[str], setting: Setting, title: str = texts.NEXT) -> str:
    if not questions:
        return ""
    chips = "".join(f'<li><a class="yj-chip" href="{_link(setting, q)}">{text(q)}</a></li>' for q in questions)
    return f'<div class="yj-next"><p class="yj-next__t">{title}</p><ul class="yj-next__l">{chips}</ul></div>'


def _refusal(answer: Answer, setting: Setting) -> str:
    match answer.reason:
        case "false_premise" if answer.near:
            note = notice_html((answer.message or texts.FALSE_PREMISE) + texts.THE_REPORT_SAYS, "neq")
            return f'{note}<div class="yj-gap"></div>{_papers(answer.near, setting)}{_next(answer.related, setting)}'
        case "near_only":
            return _near(answer, setting)
        case "too_vague":
            return _nil(texts.VAGUE, texts.VAGUE_HOW, _next(answer.related or setting.examples[:2], setting, texts.VAGUE_TRY))
        case "not_a_question":
            how = texts.NOT_ASKED_HOW.format(year=setting.year)
            return _nil(texts.NOT_ASKED, how, _next(setting.examples[:3] or answer.related, setting, texts.NOT_ASKED_TRY))
        case "empty":
            return notice_html(texts.EMPTY)
        case "too_long":
            return notice_html(texts.TOO_LONG)
        case _:
            return _not_in_report(answer, setting)


def _nil(title: str, why: str, rest: str) -> str:
    return f'<div class="yj-nil"><p class="yj-nil__t">{title}</p><p class="yj-nil__p">{text(why)}</p>{rest}</div>'


def _near(answer: Answer, setting: Setting) -> str:
    """The nearest sentences in a dashed frame, nothing marked, and what to do instead."""
    do = "".join(f"<li>{step}</li>" for step in _steps(answer, setting))
    title = f'<p class="yj-nil__t">{text(answer.message)}</p>'
    return f'<div class="yj-nil yj-near">{title}{_papers(answer.near, setting)}<ul class="yj-do">{do}</ul></div>{_tell()}'


def _papers(citations: Sequence[Citation], setting: Setting) -> str:
    return "".join(paper_html(citation, setting) for citation in citations)


def _tell() -> str:
    return (
        f'<div class="yj-vote yj-vote--nil"><span class="yj-vote__q">{texts.IT_DOES}</span>'
        f'<button type="button" class="yj-btn yj-do-tell">{icon("edit")}{texts.TELL_US}</button></div>'
    )


def _not_in_report(answer: Answer, setting: Setting) -> str:
    title, why = texts.NIL, texts.NIL_WHY.format(year=setting.year)
    if answer.years:  # no report of that year: what is said names those that there are
        head, _, tail = answer.message.partition("。")
        title, why = f"{text(head)}。", tail
    elif answer.missing:
        why = texts.NIL_MISSING.format(missing=answer.missing) + texts.NIL_IS.format(year=setting.year)
    elif answer.related:
        why = texts.NIL_MAYBE
    do = "".join(f"<li>{step}</li>" for step in _steps(answer, setting))
    return _nil(title, why, f'<ul class="yj-do">{do}</ul>') + _tell()


def _steps(answer: Answer, setting: Setting) -> list[str]:
    """What to do instead: ring the hotline, ask what the report does say, read its contents.

    The hotline comes first where we know what is missing; where we do not, the report may only say it in other words.
    """
    hotline = f'<a href="tel:{texts.HOTLINE_NUMBER}">{icon("phone")}<span>{texts.HOTLINE}</span></a>'
    sure = bool(answer.missing or answer.years or not answer.related)
    steps = [hotline] if sure else []
    for report_id in answer.elsewhere:
        steps.append(_there(answer.question, report_id, texts.ELSEWHERE.format(title=setting.titles.get(report_id, report_id)), setting))
    if setting.chosen:
        steps.append(_there(answer.question, "", texts.EVERYWHERE, setting))
    for question in answer.related[:2]:
        words = f'{text(texts.REPHRASE.format(question=question))}<span class="yj-do__s">{texts.REPHRASE_NOTE}</span>'
        steps.append(f'<a class="yj-rephrase" href="{_link(setting, question)}">{icon("arrow")}<span>{words}</span></a>')
    if setting.home_report:
        toc = escape(f"{setting.base}/report/{setting.home_report}#toc")
        steps.append(f'<a href="{toc}">{icon("list")}<span>{texts.BROWSE}</span></a>')
    return steps if sure else [*steps, hotline]


def _there(question: str, report: str, words: str, setting: Setting) -> str:
    return f'<a class="yj-rephrase" href="{ask_link(setting.base, question, report)}">{icon("arrow")}<span>{text(words)}</span></a>'


def _link(setting: Setting, question: str) -> str:
    """A link that asks in the same reports."""
    return ask_link(setting.base, question, setting.chosen or None)
