"""A question taken apart: how it was read, what each source found, how that was put in order, why it was answered or not."""

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.bank import BankQuestion
from corpus.report import Report, Sentence
from index.passage_index import RowHit
from qa.answer import Tried
from qa.asked import SLOTS
from qa.judging.features import FEATURES, GRADED
from qa.judging.judge import KNOTS, Model, default_judge
from qa.rank import Ranked
from qa.records import Answer
from qa.retrieve import SIGNALS
from qa.web import texts_tools as words
from qa.web.html import text
from qa.web.page import Site
from qa.web.render import Setting, notice_html, paper_html
from qa.web.staff_html import by_whom, form_html, hidden, leads_to
from qa.web.staff_session import Session

SHOWN = 8  # sentences, hits of a source, and signals that are listed
FOUND = 20  # sentences that a search in the report lists
_MEDIAN = KNOTS.index(50)


@dataclass(frozen=True, slots=True)
class Case:
    """One question under the lamp."""

    question: str
    report: Report  # whose sentences it can be assigned to
    answer: Answer
    tried: Tried | None  # None for a text that is not searched for
    threshold: float
    own: BankQuestion | None  # what staff assigned it to
    find: str = ""  # what was looked for in the report
    found: tuple[Sentence, ...] = ()
    bank: bool = True  # whether the question bank is in force


def case_html(site: Site, session: Session, case: Case) -> str:
    """Everything about one question."""
    parts = [_now(site, case), _assigned(site, session, case), _assign(site, session, case)]
    if case.tried is not None:
        ranked = case.tried.ranked
        parts += [_read(ranked), _trust(case.tried), _fused(site, ranked), _hits(ranked)]
    return "".join(parts)


# ---- the answer as it is, and changing it ------------------------------------------------------------------------------


def _now(site: Site, case: Case) -> str:
    answer, setting = case.answer, Setting(base=site.base)
    sure, least = _share(case.tried.probability if case.tried else 0.0), _share(case.threshold)
    reason = words.REASONS.get(answer.reason or "", "")
    if case.own is not None and case.bank:
        said = words.NOW_ASSIGNED
    elif answer.answered:
        said = words.NOW_FOUND.format(probability=_share(answer.confidence), threshold=least)
    elif case.tried is None:
        said = words.NOW_EARLY.format(reason=reason)
    else:
        said = words.NOW_REFUSED.format(reason=reason, probability=sure, threshold=least)
    papers = "".join(paper_html(citation, setting) for citation in answer.citations[:1])
    return f'<h2 class="yj-h2 yj-below">{words.NOW_ANSWERED}</h2><p class="yj-lede">{said}</p><div class="yj-paperhold yj-detail">{papers}</div>'


def _assigned(site: Site, session: Session, case: Case) -> str:
    if case.own is None:
        return ""
    heard = "" if case.bank else notice_html(words.ASSIGNED_UNHEARD)
    fields = hidden(report=case.report.report_id, question=case.own.question, back="question")
    undo = form_html(site, session, "/undo", f'{fields}<button class="yj-btn">{words.UNDO}</button>')
    return (
        f'<h2 class="yj-h2 yj-below">{words.ASSIGNED}</h2>{heard}<ul class="yj-list"><li class="yj-list__row"><div>'
        f'<p class="yj-list__h">{text(leads_to(case.own.quote, case.own.reason))}</p>'
        f'<p class="yj-list__m"><span>{text(by_whom(case.own))}</span></p></div>{undo}</li></ul>'
    )


def _assign(site: Site, session: Session, case: Case) -> str:
    nearest = [s for r, s in _best(case.tried.ranked) if r.report_id == case.report.report_id and s.role == "text"] if case.tried else []
    candidates = f'<h3 class="yj-h3">{words.ASSIGN_CANDIDATES}</h3>{_choices(site, session, case, nearest)}' if nearest else ""
    reasons = "".join(f'<option value="{key}">{label}</option>' for key, label in words.BANK_REASONS.items())
    fields = hidden(report=case.report.report_id, question=case.question)
    nil = form_html(
        site,
        session,
        "/assign",
        f'{fields}<div class="yj-field"><label for="why">{words.ASSIGN_WHICH}</label><select class="yj-input" id="why" name="reason">{reasons}</select></div>'
        f'<button class="yj-btn">{words.ASSIGN_NIL}</button>',
        "yj-inline",
    )
    return (
        f'<h2 class="yj-h2 yj-below" id="assign">{words.ASSIGN}</h2><p class="yj-lede">{words.ASSIGN_LEDE}</p>{candidates}'
        f'{_find(site, session, case)}<h3 class="yj-h3">{words.ASSIGN_NIL}</h3>{nil}'
    )


def _choices(site: Site, session: Session, case: Case, sentences: Sequence[Sentence]) -> str:
    rows = []
    for sentence in sentences:
        fields = hidden(report=case.report.report_id, question=case.question, sentence=sentence.sentence_id)
        button = form_html(site, session, "/assign", f'{fields}<button class="yj-btn">{words.ASSIGN_THIS}</button>')
        where = " ".join(sentence.section)
        rows.append(
            f'<li class="yj-list__row"><div><p class="yj-list__q">{text(sentence.text)}</p><p class="yj-list__m"><span>{text(where)}</span></p></div>{button}</li>'
        )
    return f'<ul class="yj-list">{"".join(rows)}</ul>'


def _find(site: Site, session: Session, case: Case) -> str:
    form = (
        f'<form class="yj-inline" role="search" method="get" action="{site.base}/staff/question#find">{hidden(q=case.question, report=case.report.report_id)}'
        f'<div class="yj-field"><label for="find">{words.ASSIGN_FIND}</label><input class="yj-input" id="find" name="find" type="search" maxlength="100" '
        f'placeholder="{words.ASSIGN_FIND_HINT}" value="{text(case.find)}"></div>'
        f'<button class="yj-btn">{words.ASSIGN_FIND_GO}</button></form>'
    )
    if not case.find:
        return form
    if not case.found:
        return f'{form}<p class="yj-small" role="status">{text(words.ASSIGN_NOT_FOUND.format(word=case.find))}</p>'
    many = len(case.found) > FOUND
    said = words.ASSIGN_FOUND_MANY.format(count=len(case.found), most=FOUND) if many else words.ASSIGN_FOUND.format(count=len(case.found))
    return f'{form}<p class="yj-small" role="status">{said}</p>{_choices(site, session, case, case.found[:FOUND])}'


def _best(ranked: Ranked | None) -> list[tuple[Report, Sentence]]:
    return [ranked.candidates.sentences[place] for place in ranked.order[:SHOWN]] if ranked else []


# ---- how it was found --------------------------------------------------------------------------------------------------


def _read(ranked: Ranked) -> str:
    query = ranked.candidates.query
    mended = "、".join(words.READ_MENDED_ONE.format(typed=typed, text=meant) for typed, meant in query.mended)
    rows = (
        (words.READ_TYPED, query.typed),
        (words.READ_TEXT, query.text),
        (words.READ_SYNONYMS, query.synonyms),
        (words.READ_MENDED, mended),
        (words.READ_NUMBERS, "、".join(number.printed for number in query.numbers)),
        (words.READ_KIND, words.KINDS[ranked.kind]),
    )
    listed = "".join(f"<div><dt>{label}</dt><dd>{text(value or words.READ_NOTHING)}</dd></div>" for label, value in rows)
    return f'<h2 class="yj-h2 yj-below">{words.HOW_READ}</h2><dl class="yj-facts">{listed}</dl>'


def _trust(tried: Tried) -> str:
    """The features that speak loudest for an answer or against it."""
    found = tried.judged.features
    pushed = pushes(default_judge().weights(bank=tried.ranked.bank).answers, found)
    loudest = sorted(pushed, key=lambda name: -abs(pushed[name]))[:SHOWN]
    rows = "".join(
        f'<tr role="row"><th scope="row" role="rowheader">{text(_trust_name(name))}</th><td class="yj-table__n" role="cell">{found[name]:.2f}</td>'
        f'<td class="yj-table__n" role="cell">{pushed[name]:+.2f}</td></tr>'
        for name in loudest
    )
    head = _head(words.TRUST_SIGNAL, words.TRUST_VALUE, words.TRUST_PUSH)
    return (
        f'<h2 class="yj-h2 yj-below" id="trust">{words.TRUST}</h2><p class="yj-lede">{words.TRUST_LEDE}</p>'
        f'<div class="yj-wide" tabindex="0" role="region" aria-labelledby="trust"><table class="yj-plain">{head}<tbody>{rows}</tbody></table></div>'
    )


def pushes(model: Model, found: dict[str, float]) -> dict[str, float]:
    """What each feature adds to the log-odds of an answer, over what its median adds; a yes counts over a no."""
    added = {name: float(model.linear[place]) * found[name] for place, name in enumerate(FEATURES) if name in found}
    for place, name in enumerate(GRADED):
        if name in found:
            added[name] = _bent(model, place, found[name]) - _bent(model, place, float(model.knots[place, _MEDIAN]))
    return added


def _bent(model: Model, place: int, value: float) -> float:
    return float(model.linear[place] * value + sum(model.hinges[place] * (value - model.knots[place]).clip(min=0)))


def _trust_name(name: str) -> str:
    if name in words.TRUSTS:
        return words.TRUSTS[name]
    slot = next((slot.chinese for slot in SLOTS if name.endswith(f"_{slot.name}")), "")
    if name.startswith("asked_"):
        return words.TRUST_ASKED.format(slot=slot)
    return words.TRUST_UNMET.format(slot=slot)


def _fused(site: Site, ranked: Ranked) -> str:
    """The first sentences with what each source gave them."""
    candidates = ranked.candidates
    head = _head(words.FUSED_ORDER, words.FUSED_SENTENCE, words.FUSED_SCORE, *(words.SIGNALS[name] for name in SIGNALS))
    rows = []
    for number, place in enumerate(ranked.order[:SHOWN], start=1):
        report, sentence = candidates.sentences[place]
        link = f"{site.base}/report/{report.report_id}#{sentence.sentence_id}"
        cells = "".join(f'<td class="yj-table__n">{float(value):.2f}</td>' for value in candidates.signals[place])
        rows.append(
            f'<tr><td class="yj-table__n">{number}</td><th scope="row"><a href="{link}">{text(sentence.text)}</a></th>'
            f'<td class="yj-table__n">{float(ranked.scores[place]):.2f}</td>{cells}</tr>'
        )
    return (
        f'<h2 class="yj-h2 yj-below" id="fused">{words.FUSED}</h2><p class="yj-lede">{words.FUSED_LEDE}</p>'
        f'<div class="yj-wide" tabindex="0" role="region" aria-labelledby="fused"><table class="yj-plain yj-plain--fused">{head}<tbody>{"".join(rows)}</tbody></table></div>'
    )


def _hits(ranked: Ranked) -> str:
    candidates = ranked.candidates
    return (
        f'<h2 class="yj-h2 yj-below">{words.HITS}</h2><h3 class="yj-h3">{words.HITS_BANK}</h3>{_bank_hits(ranked, candidates.answerable)}'
        f'<h3 class="yj-h3">{words.HITS_REFUSE}</h3>{_bank_hits(ranked, candidates.refusals)}'
    )


def _bank_hits(ranked: Ranked, hits: Sequence[RowHit]) -> str:
    if not hits:
        return f'<p class="yj-small">{words.HITS_NONE}</p>'
    rows = "".join(
        f'<li><p class="yj-list__h">{text(hit.row.text)}</p><p class="yj-list__m"><span>{words.HITS_SCORE} {hit.score:.3f}</span>'
        f"<span>{words.LEADS_TO} {text(_led(ranked, hit))}</span></p></li>"
        for hit in hits[:SHOWN]
    )
    return f'<ul class="yj-list">{rows}</ul>'


def _led(ranked: Ranked, hit: RowHit) -> str:
    if hit.row.kind == "refuse":
        return words.ASSIGNED_NONE.format(reason=words.BANK_REASONS.get(hit.row.source, hit.row.source))
    return f"“{ranked.candidates.index.report(hit.report_id).text[hit.row.start : hit.row.end]}”"


def _head(*labels: str) -> str:
    cells = "".join(f'<th scope="col">{label}</th>' for label in labels)
    return f"<thead><tr>{cells}</tr></thead>"


def _share(probability: float) -> str:
    return f"{probability:.2f}"
