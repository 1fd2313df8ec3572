"""The pages about reports as HTML: the list, what a file was taken for, and whether one is really to go."""

from collections.abc import Sequence

from corpus.extract import KINDS, Extracted
from corpus.figures import register
from corpus.identify import Identity
from corpus.report import Report
from corpus.shelf import Plan, Removed
from qa.adding import first_lines, preview
from qa.log import CHINA
from qa.web import texts
from qa.web import texts_tools as words
from qa.web.html import icon, text
from qa.web.page import Site
from qa.web.render import notice_html
from qa.web.staff_html import address, form_html, hidden
from qa.web.staff_session import Session

_MOST = 300  # reports that are listed


def list_html(
    site: Site, session: Session, reports: Sequence[Report], kept: Sequence[Removed], *, busy: bool, coming: Sequence[str], said: str
) -> str:
    """A file to choose, the reports there are, and what can be brought back."""
    told = (notice_html(words.REPORTS_BUSY, "doc") if busy else "") + (notice_html(said) if said else "")
    if coming and not busy:
        told += notice_html(words.REPORTS_COMING.format(names="、".join(coming[:10])), "doc")
    rows = "".join(_report(site, report) for report in reports[:_MOST])
    back = "".join(_kept(site, session, one, there={report.report_id for report in reports}.union(coming)) for one in kept)
    restored = f'<h2 class="yj-h2 yj-below">{words.REPORTS_BACK}</h2><ul class="yj-list">{back}</ul>' if back else ""
    return (
        f'<p class="yj-lede">{words.REPORTS_LEDE}</p>{f"""<div class="yj-notes" role="status">{told}</div>""" if told else ""}{_choose(site, session)}'
        f'<h2 class="yj-h2 yj-below">{words.REPORTS_THERE.format(count=len(reports))}</h2><ul class="yj-list">{rows}</ul>{restored}'
    )


def _choose(site: Site, session: Session) -> str:
    field = (
        f'<div class="yj-file"><label for="file">{words.REPORTS_FILE}</label><input type="file" id="file" name="file" accept="{",".join(KINDS)}">'
        f'<label class="yj-btn yj-js" for="file">{icon("doc")}{words.FILE_CHOOSE}</label><span class="yj-file__n" role="status"></span>'
        f'<button class="yj-btn yj-btn--main">{words.REPORTS_READ}</button></div>'
    )
    return form_html(site, session, "/reports/read", field, "yj-import", upload=True)


def _report(site: Site, report: Report) -> str:
    about = report.about
    known = (
        texts.YEAR.format(year=about.year) if about.year else "",
        words.REPORTS_PUBLISHED.format(day=about.published.isoformat()) if about.published else "",
        about.publisher,
        words.REPORTS_SENTENCES.format(count=len(report.sentences)),
        words.REPORTS_ID.format(name=about.report_id),
    )
    facts = "".join(f"<span>{text(fact)}</span>" for fact in known if fact)
    return (
        f'<li class="yj-list__row"><div><p class="yj-list__h"><a href="{site.base}/report/{about.report_id}">{text(about.title)}</a></p>'
        f'<p class="yj-list__m">{facts}</p></div>'
        f'<a class="yj-btn" href="{address(site, "/reports/remove", report=about.report_id)}">{words.REPORTS_REMOVE}</a></li>'
    )


def _kept(site: Site, session: Session, one: Removed, there: set[str]) -> str:
    at = one.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    replaced = one.report_id in there
    what, button = (words.REPORTS_REPLACED_AT, words.REPORTS_OLD_TEXT) if replaced else (words.REPORTS_REMOVED_AT, words.REPORTS_RESTORE)
    form = form_html(site, session, "/reports/restore", f'{hidden(report=one.report_id)}<button class="yj-btn">{button}</button>')
    return (
        f'<li class="yj-list__row"><div><p class="yj-list__h">{text(one.title)}</p>'
        f'<p class="yj-list__m"><span>{what.format(at=at)}</span>'
        f'<span>{text(words.REPORTS_ID.format(name=one.report_id))}</span></p></div>{form}</li>'
    )


def asked_html(site: Site, session: Session, report: Report) -> str:
    """Whether a report is really to go."""
    button = f'{hidden(report=report.report_id)}<div class="yj-btns"><button class="yj-btn yj-btn--main">{words.REPORTS_REMOVE}</button>'
    stay = f'<a class="yj-btn" href="{address(site, "/reports")}">{words.REPORTS_KEEP}</a></div>'
    sure = text(words.REPORTS_REMOVE_SURE.format(title=report.about.title))
    return f'<p class="yj-lede">{sure}</p>' + form_html(site, session, "/reports/remove", button + stay, "yj-asked-sure")


def confirm_html(site: Site, session: Session, token: str, read: Extracted, who: Identity, made: Plan | None, said: str) -> str:
    """What a file was taken for, to confirm or put right."""
    told = [(said, "alert")] if said else []
    told += [(words.REPORTS_MISSING, "alert")] if made is None and not said else []
    if made is not None and made.does != "add":
        told.append(((words.REPORTS_SAME if made.does == "nothing" else words.REPORTS_REPLACES).format(name=made.report_id), "alert"))
    notes = "".join(notice_html(text_, icon_) for text_, icon_ in (*told, *((note, "doc") for note in read.notes)))
    shown = f'<div class="yj-notes" role="status">{notes}</div>' if notes else ""
    again = f'<a class="yj-btn" href="{address(site, "/reports")}">{words.REPORTS_NOT_THIS}</a>'
    does = made.does if made else "add"
    button = f'<button class="yj-btn yj-btn--main">{words.REPORTS_DO[does]}</button>' if does != "nothing" else ""
    who = made.identity if made else who
    fields = "".join(
        _field(name, label, kind, value, required=name in ("title", "year"))
        for name, label, kind, value in (
            ("title", words.REPORTS_TITLE, "text", who.title),
            ("year", words.REPORTS_YEAR, "number", str(who.year or "")),
            ("published", words.REPORTS_DAY, "date", who.published.isoformat() if who.published else ""),
            ("publisher", words.REPORTS_BY, "text", who.publisher),
            ("source_url", words.REPORTS_URL, "url", who.source_url),
        )
    )
    inside = f'{hidden(token=token, does=does)}{fields}<div class="yj-btns">{button}{again}</div>'
    form = form_html(site, session, "/reports/add", inside, "yj-form yj-form--report")
    return f'<p class="yj-lede">{words.REPORTS_CONFIRM_LEDE}</p>{shown}{form}{_beginning(read, who, made)}'


def _field(name: str, label: str, kind: str, value: str, *, required: bool) -> str:
    more = {"number": ' min="1900" max="2100"', "url": ' maxlength="500"', "text": ' maxlength="200"'}.get(kind, "")
    return (
        f'<div class="yj-field"><label for="f-{name}">{label}</label><input class="yj-input" id="f-{name}" name="{name}" type="{kind}" '
        f'value="{text(value)}"{more}{" required" if required else ""}></div>'
    )


def _beginning(read: Extracted, who: Identity, made: Plan | None) -> str:
    report = preview(made or Plan("add", "x", read.text, who, read.tables))
    counts = words.REPORTS_COUNTS.format(
        characters=len(read.text), sentences=len(report.sentences), figures=len(register(report)), tables=read.tables
    )
    lines = "".join(f"<p>{text(line)}</p>" for line in first_lines(read.text))
    return f'<h2 class="yj-h2 yj-below">{words.REPORTS_BEGINS}</h2><p class="yj-small">{counts}</p><div class="yj-paper yj-begins" lang="zh-CN">{lines}</div>'
