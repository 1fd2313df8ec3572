"""A checked draft to keep: a table for a spreadsheet, the draft with comments for Word, the draft with notes as a page of its own."""

import csv
from collections.abc import Sequence
from datetime import date
from html import escape
from io import BytesIO, StringIO

from qa.check import CheckedFigure
from qa.register_csv import safe_cell
from qa.web import texts
from qa.web import texts_tools as words
from qa.web.check_html import LOOKS, citations, in_order, note

# A page in a file has no style sheet to ask for; colours as in tokens.css, on paper.
_STYLE = """
body{margin:2rem auto;max-width:44rem;padding:0 1rem;font:1.0625rem/2 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;
color:#16191C;background:#fff}
h1{font-size:1.6rem;margin:0}
h2{font-size:1.25rem}
small,.s{color:#454C53;font-size:1rem}
ol{padding-left:2rem}
li{margin:.6rem 0;line-height:1.7}
b{padding:.05em .15em}
a{white-space:nowrap}
sup a{text-decoration:none}
.bad{background:#FCE8E6;
border-bottom:4px double #A61E17}
.none{background:#EAEDEB;
border-bottom:3px dashed #4A5157}
.maybe{background:#EFE9FA;
border-bottom:3px dotted #5B3A9B}
.ok{font-weight:400;
border-bottom:2px solid #1A6839}
blockquote{margin:.2rem 0;
padding-left:.8rem;border-left:3px solid #737B76}
"""


def as_csv(checked: Sequence[CheckedFigure], origin: str) -> str:
    """One row per figure and sentence, with a byte order mark; ``origin`` stands in front of the links."""
    out = StringIO()
    out.write("\ufeff")
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(words.CHECK_COLUMNS)
    for one in in_order(checked):
        table.writerows([safe_cell(cell) for cell in row] for row in _rows(one, origin))
    return out.getvalue()


def _rows(one: CheckedFigure, origin: str) -> list[list[str]]:
    head = [words.VERDICTS[one.verdict], one.as_written, one.report_value, note(one), str(one.start + 1)]
    found = citations(one)
    if not found:
        return [[*head, "", "", "", ""]]
    return [[*head, c.title, " ".join(c.section), c.sentence, origin + c.link] for c in found]


def comment(one: CheckedFigure, origin: str = "") -> str:
    """What is said of a figure in a comment: verdict, the report's figure, its sentence and where it stands."""
    lines = [words.VERDICTS[one.verdict]]
    if one.report_value:
        lines[0] += "，" + words.REPORT_IS.format(value=one.report_value)
    if said := note(one):
        lines.append(said)
    for citation in citations(one):
        lines.append(texts.CITATION.format(sentence=citation.sentence, title=citation.title))
        lines.append(origin + citation.link)
    return "\n".join(lines)


def as_word(draft: str, checked: Sequence[CheckedFigure], origin: str) -> bytes:
    """The draft as a .docx with a comment on every figure."""
    import docx

    document = docx.Document()
    start = 0
    for line in draft.split("\n"):
        end = start + len(line)
        paragraph, place = document.add_paragraph(), start
        for one in checked:
            if start <= one.start and one.end <= end and one.start >= place:
                paragraph.add_run(_printable(draft[place : one.start]))
                run = paragraph.add_run(_printable(draft[one.start : one.end]))
                run.bold = one.verdict != "supported"
                document.add_comment(run, _printable(comment(one, origin)), author=texts.BRAND, initials=texts.BRAND)
                place = one.end
        paragraph.add_run(_printable(draft[place:end]))
        start = end + 1
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _printable(words_of_draft: str) -> str:
    """Without what XML cannot hold."""
    return "".join(
        char
        for char in words_of_draft
        if char in "\t\n" or (char >= " " and not "\ud800" <= char <= "\udfff" and char not in "\ufffe\uffff")
    )


def as_page(draft: str, checked: Sequence[CheckedFigure], origin: str, today: date) -> str:
    """The draft with notes, as one HTML file that asks for nothing else."""
    parts, place, numbered = [], 0, 0
    items = []
    for one in checked:
        if one.start < place:
            continue
        numbered += 1
        look = LOOKS[one.verdict][0]
        parts += [
            _lines(draft[place : one.start]),
            f'<b class="{look}">{escape(one.as_written)}</b><sup><a href="#n{numbered}">[{numbered}]</a></sup>',
        ]
        items.append(_item(one, numbered, origin))
        place = one.end
    body = "".join([*parts, _lines(draft[place:])])
    return (
        f'<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{words.MARKED_TITLE}</title><style>{_STYLE}</style></head><body><h1>{words.MARKED_TITLE}</h1>"
        f'<p class="s">{words.MARKED_NOTE.format(day=today.isoformat())}</p><p>{body}</p>'
        f'<h2>{words.ONE_BY_ONE}</h2><ol>{"".join(items)}</ol></body></html>\n'
    )


def _lines(stretch: str) -> str:
    return escape(stretch).replace("\n", "<br>\n")


def _item(one: CheckedFigure, number: int, origin: str) -> str:
    says = "，".join(part for part in (words.REPORT_IS.format(value=one.report_value) if one.report_value else "", note(one)) if part)
    quotes = "".join(
        f'<blockquote>{escape(c.sentence)}<br><span class="s">《{escape(c.title)}》{escape(" ".join(c.section))} '
        f'<a href="{escape(origin + c.link)}">{words.OPEN}</a></span></blockquote>'
        for c in citations(one)
    )
    verdict = f'<b class="{LOOKS[one.verdict][0]}">{words.VERDICTS[one.verdict]}</b>'
    return f'<li id="n{number}">{verdict} {escape(one.as_written)} <span class="s">{escape(says)}</span>{quotes}</li>'
