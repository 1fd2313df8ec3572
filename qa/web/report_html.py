"""A report as HTML: its text to the character, every sentence an element whose id is its ``sentence_id``.

Readable without a script; the script only adds copying, reading aloud and the word on a link that leads nowhere.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import groupby

from corpus.figures import Figure
from corpus.report import Report, Section, Sentence
from qa.web import texts
from qa.web.html import Mark, icon, marked, text

_YEAR = re.compile(r"\d+年度?")
_URL = re.compile(r"https?://[!-~]+")


def report_main(report: Report, figures: Sequence[Figure], base: str, gone: Mapping[str, Sentence | None] | None = None) -> str:
    """Everything between the header and the footer.

    Args:
        report: the report.
        figures: those to underline.
        base: path prefix of the site.
        gone: sentences of earlier versions by their id, and what is nearest to each now; see ``corpus.former.gone``.
    """
    was = _Was(gone or {})
    marks = [Mark(f.start, f.end, "yj-fig", "span", f.indicator) for f in figures]
    return (
        f'<main class="yj-main" id="main">{was.lost()}<div class="yj-doc">'
        f'{_head(report, base, was, figured=bool(figures))}{contents(report)}'
        f'<article class="yj-text" lang="zh-CN">{_text(report, marks, was)}</article></div></main>{_dock(report, base)}'
    )


class _Was:
    """Addresses of sentences that are gone. Style alone shows what is to be said to one who follows such a link."""

    def __init__(self, gone: Mapping[str, Sentence | None]) -> None:
        self._gone = gone
        self._ids: defaultdict[str, list[str]] = defaultdict(list)  # id of a present sentence -> ids of those it is nearest to
        for former, nearest in gone.items():
            if nearest is not None:
                self._ids[nearest.sentence_id].append(former)

    def around(self, sentence: Sentence, inner: str) -> str:
        """A sentence under the addresses of those that it is nearest to."""
        for former in self._ids.get(sentence.sentence_id, ()):
            inner = f'<span class="yj-was" id="{former}"><span class="yj-was__n" role="note">{texts.TARGET_NEAR}</span>{inner}</span>'
        return inner

    def lost(self) -> str:
        """The addresses of those that nothing is near to, and the word on them."""
        lost = "".join(f'<span id="{former}"></span>' for former, nearest in self._gone.items() if nearest is None)
        return f'<div class="yj-lost">{lost}<p class="yj-was__n" role="note">{texts.TARGET_LOST}</p></div>' if lost else ""


def _head(report: Report, base: str, was: _Was, *, figured: bool) -> str:
    about = report.about
    published = texts.PUBLISHED.format(date=about.published.isoformat()) if about.published else ""
    verbatim = (texts.VERBATIM if figured else texts.VERBATIM_PLAIN) + (texts.TABLES if about.tables else "")
    outside = outside_link(report)
    link = f'<a class="yj-btn" href="{escape(outside[0])}" rel="noopener">{icon("play")}{outside[1]}</a>' if outside else ""
    return (
        f'<header class="yj-doc__head"><h1 class="yj-h1">{_title(report, was)}</h1>{_title_lines(report, was)}'
        f'<p class="yj-doc__meta">{published}{verbatim}</p>'
        f'<div class="yj-btns"><a class="yj-btn yj-btn--main" href="{base}/">{texts.ASK_REPORT}</a>'
        f'<button type="button" class="yj-btn yj-do-find">{icon("search")}{texts.FIND}</button>{link}</div></header>'
    )


def _title(report: Report, was: _Was) -> str:
    """The title; when the report prints it as a sentence of its own, that sentence, so that a link can lead to it."""
    printed = _printed_title(report)
    words = marked(report.about.title, 0, [Mark(m.start(), m.end(), "yj-num") for m in _YEAR.finditer(report.about.title)])
    return _span(printed, words, was) if printed else words


def _title_lines(report: Report, was: _Was) -> str:
    """What else the report prints on top: the title with its date, a subtitle."""
    others = [s for s in report.sentences if s.role == "title" and s is not _printed_title(report)]
    return "".join(f'<p class="yj-doc__meta yj-small">{_span(s, text(s.text), was)}</p>' for s in others)


def _printed_title(report: Report) -> Sentence | None:
    return next((s for s in report.sentences if s.role == "title" and s.text == report.about.title), None)


def outside_link(report: Report) -> tuple[str, str] | None:
    """Where the report was published, and what to call the link: its footer may lead to a film."""
    for sentence in report.sentences:
        found = _URL.search(sentence.text)
        if found and sentence.role == "footer" and "视频" in sentence.text:
            return found.group(), texts.VIDEO
    return (report.about.source_url, texts.ORIGIN) if _URL.fullmatch(report.about.source_url) else None


def anchors(report: Report) -> dict[int, str]:
    """Ids of part and subsection headings by their offset: p1, p1-1, p1-2, p2."""
    part, sub, found = 0, 0, {}
    for section in report.sections:
        if section.level == 1:
            part, sub = part + 1, 0
            found[section.start] = f"p{part}"
        elif section.level == 2:
            sub += 1
            found[section.start] = f"p{part}-{sub}"
    return found


def contents(report: Report) -> str:
    """The table of contents; nothing for a report without headings."""
    names = anchors(report)
    sections = [section for section in report.sections if section.level < 3]
    if not sections:
        return ""
    items = "".join(_contents_part(group, names) for group in _parts(sections))
    return (
        f'<details class="yj-toc" id="toc" open>'
        f'<summary data-fold="{texts.FOLD}" data-unfold="{texts.UNFOLD}">{icon("list")}{texts.CONTENTS}</summary><ol>{items}</ol></details>'
    )


def _parts(sections: Sequence[Section]) -> Iterator[list[Section]]:
    """Each part with its subsections."""
    group: list[Section] = []
    for section in sections:
        if section.level == 1 and group:
            yield group
            group = []
        group.append(section)
    if group:
        yield group


def _contents_part(group: Sequence[Section], names: Mapping[int, str]) -> str:
    def link(section: Section) -> str:
        return f'<a href="#{names[section.start]}">{text(section.heading)}</a>'

    inner = "".join(f"<li>{link(section)}</li>" for section in group[1:])
    return f"<li>{link(group[0])}{f'<ol>{inner}</ol>' if inner else ''}</li>"


def _text(report: Report, marks: Sequence[Mark], was: _Was) -> str:
    levels = {section.start: section.level for section in report.sections}
    names = anchors(report)
    blocks = []
    for heading, line in _lines(report, [s for s in report.sentences if s.role != "title"]):
        if heading:
            [sentence] = line
            tag = "h2" if levels.get(sentence.start) == 1 else "h3"
            blocks.append(f'<{tag} id="{names[sentence.start]}">{_span(sentence, _words(sentence, marks), was)}</{tag}>')
        else:
            blocks.append(_paragraph(report, line, marks, was))
    return "\n".join(blocks)


def _lines(report: Report, sentences: Sequence[Sentence]) -> Iterator[tuple[bool, list[Sentence]]]:
    """Headings alone, other sentences line by line."""
    line: list[Sentence] = []
    for sentence in sentences:
        heading = sentence.role == "heading"
        if line and (heading or "\n" in report.text[line[-1].end : sentence.start]):
            yield False, line
            line = []
        if heading:
            yield True, [sentence]
        else:
            line.append(sentence)
    if line:
        yield False, line


def _paragraph(report: Report, line: Sequence[Sentence], marks: Sequence[Mark], was: _Was) -> str:
    groups = [list(group) for _, group in groupby(line, key=lambda sentence: sentence.passage)]
    items = ["".join(_gap(report, sentence) + _span(sentence, _words(sentence, marks), was) for sentence in group) for group in groups]
    if len(items) > 1:
        items = [f'<span class="yj-item">{item}</span>' for item in items]
    return f"<p>{''.join(items)}</p>"


def _gap(report: Report, sentence: Sentence) -> str:
    """White space in front of a sentence, as printed; line ends are the paragraph's."""
    start = sentence.start
    while start > 0 and report.text[start - 1].isspace() and report.text[start - 1] != "\n":
        start -= 1
    return text(report.text[start : sentence.start])


def _span(sentence: Sentence, inner: str, was: _Was) -> str:
    css = "yj-s yj-lead-s" if sentence.role == "item" else "yj-s"
    return was.around(sentence, f'<span class="{css}" id="{sentence.sentence_id}">{inner}</span>')


def _words(sentence: Sentence, marks: Sequence[Mark]) -> str:
    own = [mark for mark in marks if sentence.start <= mark.start < sentence.end]
    found = _URL.search(sentence.text)
    if not found:
        return marked(sentence.text, sentence.start, own)
    url = escape(found.group())
    before = marked(sentence.text[: found.start()], sentence.start, own)
    after = marked(sentence.text[found.end() :], sentence.start + found.end(), own)
    return f'{before}<a href="{url}" rel="noopener">{url}</a>{after}'


def _dock(report: Report, base: str) -> str:
    published = report.about.published.isoformat() if report.about.published else ""
    return (
        f'<nav class="yj-dock" aria-label="{texts.DOCK}" data-title="{text(report.about.title)}" data-published="{published}">'
        f'{_find()}<div class="yj-dock__in">'
        f'<a class="yj-act yj-back" href="{base}/">{icon("back")}{texts.BACK}</a>'
        f'<a class="yj-act yj-dock__a" href="#toc">{icon("list")}{texts.CONTENTS}</a>'
        f'<button type="button" class="yj-act yj-dock__t yj-do-copy">{icon("copy")}{texts.COPY}</button>'
        f'<button type="button" class="yj-act yj-dock__t yj-do-sound">{icon("sound")}{texts.SPEAK}</button></div></nav>'
    )


def _find() -> str:
    """The bar that finds words; a script opens it."""
    go = "".join(
        f'<button type="button" class="yj-btn yj-find__go" value="{step}" disabled>{name}</button>'
        for step, name in ((-1, texts.FIND_BEFORE), (1, texts.FIND_AFTER))
    )
    return (
        f'<form class="yj-find" id="yj-find" role="search" hidden><label class="yj-hide" for="find">{texts.FIND}</label>'
        f'<input class="yj-input" id="find" type="search" placeholder="{texts.FIND_HINT}" maxlength="50" autocomplete="off" enterkeyhint="search">'
        f'<output for="find"></output><span class="yj-find__b">{go}'
        f'<button type="button" class="yj-btn yj-find__x">{texts.FIND_CLOSE}</button></span></form>'
    )
