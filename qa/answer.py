"""A question -> an Answer: citations, or a reason why there are none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from corpus.bank import REASONS
from corpus.number import Number
from corpus.report import Report, Sentence
from index.base import Vectors
from index.embed import Encoder
from index.passage_index import PassageIndex, RowHit
from qa.asked import SLOTS
from qa.cite import cite, joined
from qa.follow_up import asks_again, asks_next, asks_other_year, asks_where, is_follow_up, is_reply, may_lean, own_words, readings
from qa.highlight import Span, highlights, list_items
from qa.judging.features import asked_and_missing
from qa.judging.judge import Judge, Judgement
from qa.lookup import Place, asks_for_figure, exact_claims, on_topic, other_ranks, presupposed, printed_in, topic
from qa.messages import message, only_in_names
from qa.normalise import Normaliser, Query, clean, well_spelt
from qa.parts import split_parts
from qa.rank import Ranked, Weights, rank
from qa.records import Answer, Citation, Kind, Reason
from qa.retrieve import Candidates, dice, pair_set, pool
from qa.stages import stage
from qa.values import ValueIndex
from qa.wording import Wording

_CHAT_REASONS = frozenset(("smalltalk", "injection"))
_CONTENT = re.compile(r"[0-9A-Za-z\u3400-\u9fff]")
_EMPTY_WORDS = re.compile(
    r"^(?:多少|几|什么|哪里|哪|谁|怎么|怎样|为什么|吗|呢|的|了|是|有|个|钱|时候|请问|问|一下|想|我|你|吧|啊|这|那|它|数|人|次|\W)+$"
)
_LEAST_SHARE = 0.01  # of the softmax over candidates; a sentence with less helps nobody
_RELATED = 3
_MOST_NEAR = 3  # sentences shown where none answers
_MISSING = (
    ("unmet_period", "这段时间的数据"),
    ("unmet_place", REASONS["other_place"]),
    *((f"unmet_{slot.name}", slot.chinese) for slot in SLOTS if slot.name not in ("count", "when")),
    ("other_year", REASONS["other_year"]),
)  # features of the judge, and what a refusal calls what is missing
_MOST_PRESENTED = 50_000  # questions remembered
_ASKED_BEFORE = 0.95  # cosine with a bank question that asks the same
_CLEARLY, _ALIKE = 0.03, 0.3  # cosine nearer to talk than to any question; Dice of pairs with it
_FAR = 0.6  # probability below which a follow-up is not answered from elsewhere than the question before
_PERSONAL = re.compile(r"[我你咱俺,，]|老头|老太")
_ASKING = re.compile(r"多少|几|什么|哪|谁|怎|吗$|如何")


@dataclass(frozen=True)
class Tried:
    """One reading of a question, ranked and judged."""

    query: Query
    ranked: Ranked
    judged: Judgement

    @property
    def probability(self) -> float:
        """That its first sentence answers."""
        return self.judged.probability


class Answerer:
    """Everything an answer needs, put together once."""

    def __init__(
        self,
        index: PassageIndex,
        encoder: Encoder,
        normaliser: Normaliser,
        weights: Weights,
        judge: Judge,
        *,
        bank: bool,
        longest: int,
        named: bool = True,
        values: ValueIndex | None = None,
    ) -> None:
        """Put together.

        Args:
            index: what is searched.
            encoder: makes questions into vectors.
            normaliser: makes what is typed into queries.
            weights: the fitted numbers of the order.
            judge: says how sure it is that a sentence answers.
            bank: whether the reports have a question bank to be judged by.
            longest: the longest question taken, in characters.
            named: whether these are the asker's own reports, or those asked for; others must be surer.
            values: where the reports of the index print their figures; read from them when None.
        """
        self.index = index
        self._encoder = encoder
        self._normaliser = normaliser
        self._weights = weights
        self._bank = bank
        self._longest = longest
        self._judge = judge
        self._named_reports = named
        self._values = values or ValueIndex(index.reports)
        self._wording = Wording.of(index if bank else None)
        self._presented: dict[str, bool] = {}
        judged_by = judge.weights(bank=bank)
        self.threshold = judged_by.answered if named else judged_by.sure
        self.near = judged_by.near

    def answer(self, question: str, history: Sequence[str] = (), report_ids: Sequence[str] = (), k: int = 3) -> Answer:
        """Answer a question.

        Args:
            question: as typed.
            history: the questions before it in the same talk, oldest first.
            report_ids: only from these reports; () for all.
            k: most citations wanted.
        """
        early = self._unaskable(question)
        if early:
            return refusal(question, early)
        query = self._query(question)
        history = [earlier for earlier in history if not is_reply(clean(earlier))]
        followed = self._follow(question, query, history[-2:], report_ids, k) if history else None
        return followed or self._alone(question, query, report_ids, k)

    def explain(self, question: str) -> Tried:
        """How a question was read, found, ordered and judged."""
        return self._try([self._query(question)], ())[0]

    def _unaskable(self, question: str) -> Reason | None:
        """Why a text is not even searched for; None when it is."""
        text = clean(question)
        if not text:
            return "empty"
        if len(question) > self._longest:
            return "too_long"
        if not _CONTENT.search(text) or is_reply(text):
            return "not_a_question"
        return None

    def _alone(self, question: str, query: Query, report_ids: Sequence[str], k: int) -> Answer:
        tried = self._try([query], report_ids)[0]
        if asks_for_figure(query, tried.ranked.kind):
            return self._look_up(question, tried, report_ids, k)
        for figure in exact_claims(query):
            if not self._values.sentences_with(figure, report_ids):
                return self._false_premise(question, tried, figure, report_ids)
        if tried.ranked.order and tried.probability >= self.threshold:
            printed = tried.ranked.candidates.sentences[tried.ranked.order[0]][1].text
            for rank_asked in other_ranks(query, printed):  # 第一批经适房, where the report tells of 第九批
                return self._false_premise(question, tried, rank_asked, report_ids)
        parts = split_parts(query.text)
        if parts:
            return self._several(question, tried, parts, report_ids, k)
        return self._decide(question, tried, k)

    def _query(self, text: str) -> Query:
        with stage("normalise"):
            return self._normaliser.query(text)

    def _try(self, queries: Sequence[Query], report_ids: Sequence[str]) -> list[Tried]:
        with stage("embed"):
            vectors = self._encoder.encode_queries([query.text for query in queries])
        return [self._ranked(query, vector, report_ids) for query, vector in zip(queries, vectors, strict=True)]

    def _ranked(self, query: Query, vector: Vectors, report_ids: Sequence[str]) -> Tried:
        with stage("search"):
            candidates = pool(self.index, query, vector, report_ids)
        with stage("rank"):
            ranked = rank(candidates, self._weights, bank=self._bank or _in_bank(candidates))
            judged = self._judge.judge(ranked, self._wording.lean(vector))
        return Tried(query, ranked, judged)

    def _decide(self, question: str, tried: Tried, k: int, understood: str = "") -> Answer:
        if tried.probability < self.threshold:
            return self._refuse(question, tried, understood)
        citations = self._citations(tried, k)
        return self._answered(question, tried, citations, understood)

    def _answered(
        self, question: str, tried: Tried, citations: Sequence[Citation], understood: str = "", cited_for: tuple[int, ...] = ()
    ) -> Answer:
        return Answer(
            question=question,
            answered=True,
            confidence=citations[0].score,
            kind=tried.ranked.kind,
            citations=tuple(citations),
            related=self._related(tried, {c.sentence_id for c in citations}),
            understood=understood,
            cited_for=cited_for,
        )

    def _citations(self, tried: Tried, k: int) -> list[Citation]:
        """The first sentence, and the next ones as far as they may help; scores fall along the list."""
        ranked = tried.ranked
        scores = ranked.scores[list(ranked.order)]
        shares = np.minimum(np.exp(scores - scores[0]), 1.0)  # a newer report may stand before a slightly better sentence
        cited: list[Citation] = []
        for share, place in zip(shares[:k], ranked.order, strict=False):
            if share / shares.sum() < _LEAST_SHARE and cited:
                break
            cited.append(self._cite(tried, place, tried.probability * float(share)))
        return cited

    def _near(self, tried: Tried, k: int) -> tuple[Citation, ...]:
        """The nearest sentences, nothing marked, where the report treats the subject; () where it does not."""
        if tried.judged.subject < self.near:
            return ()
        scores = zip(tried.judged.probabilities, tried.ranked.order, strict=False)
        sentences = tried.ranked.candidates.sentences
        best = tried.judged.probability
        return tuple(cite(*sentences[place], score=min(score, best)) for score, place in [*scores][: min(k, _MOST_NEAR)])

    def _cite(self, tried: Tried, place: int, score: float, *, listed: bool = False) -> Citation:
        report, sentence = tried.ranked.candidates.sentences[place]
        clause = self._clause(tried, place)
        kind = tried.ranked.kind
        marked = highlights(tried.query, sentence, clause, kind)
        items = list_items(tried.query, sentence, clause) if kind == "list" or listed else ()
        return cite(report, sentence, marked, score, items)

    @staticmethod
    def _clause(tried: Tried, place: int) -> Span | None:
        """Where in the sentence the answer likely stands: the quote of a near bank question, else the nearest clause."""
        candidates = tried.ranked.candidates
        bank, clause = candidates.bank[place], candidates.clause[place]
        if bank is not None and bank.score >= 0.93:  # half of the dev questions' nearest bank questions are nearer than .95
            return bank.row.start, bank.row.end
        return (clause.row.start, clause.row.end) if clause is not None else None

    def _look_up(self, question: str, tried: Tried, report_ids: Sequence[str], k: int) -> Answer:
        """Every sentence that prints the figures named; a figure that is nowhere is a false premise."""
        query = tried.query
        order = {_name(*tried.ranked.candidates.sentences[p]): n for n, p in enumerate(tried.ranked.order)}
        cited: dict[tuple[str, str], Citation] = {}
        figures = presupposed(query)
        counts: list[int] = []
        everywhere: set[tuple[str, str]] = set()
        for figure in figures:
            found = on_topic(topic(query), self._values.sentences_with(figure, report_ids))
            if not found:
                return self._in_names(question, tried, figure, report_ids, k) or self._false_premise(question, tried, figure, report_ids)
            found.sort(key=lambda place: order.get(_name(*place), len(order)))
            counts.append(len(found))
            everywhere.update(_name(*place) for place in found)
            for rank_, place in enumerate(found[:k]):
                score = 1.0 if len(found) == 1 else 0.99 - 0.02 * rank_
                cited.setdefault(_name(*place), cite(*place, _printed_at(place, figures), score))
        citations = sorted(cited.values(), key=lambda citation: -citation.score)
        answer = self._answered(question, tried, citations[: max(k, len(counts))], cited_for=tuple(counts))
        return replace(answer, occurrences=len(everywhere))

    def _in_names(self, question: str, tried: Tried, figure: Number, report_ids: Sequence[str], k: int) -> Answer | None:
        """The sentences that print a bare number as part of a name only: 201 in 友谊201街坊; None when there are none."""
        if len(tried.query.numbers) > 1:
            return None
        found = [one for one in self._values.names_with(figure, report_ids) if on_topic(topic(tried.query), [one[0]])]
        if not found:
            return None
        cited = [cite(*place, [span], 0.99 - 0.02 * n) for n, (place, span) in enumerate(found[:k])]
        answer = self._answered(question, tried, cited, cited_for=(len(found),))
        return replace(answer, message=only_in_names(figure.printed), occurrences=len(found))

    def _false_premise(self, question: str, tried: Tried, figure: Number, report_ids: Sequence[str]) -> Answer:
        """No such figure; what is shown beside is the figure with another unit or bound, a slip away, or the indicator asked about."""
        near: Citation | None = None
        nearly = self._values.nearly(figure, report_ids)
        if nearly and on_topic(topic(tried.query), [nearly[0]]) and asks_for_figure(tried.query, tried.ranked.kind):
            (report, sentence), have = nearly
            near = cite(report, sentence, [(sentence.start + have.start, sentence.start + have.end)], score=0.0)
        elif tried.ranked.kind == "number":
            alike = self._values.look_alike(figure, report_ids)
            near = cite(*alike, score=0.0) if alike else None
        elif tried.ranked.order:
            report, sentence = tried.ranked.candidates.sentences[tried.ranked.order[0]]
            asked = replace(tried.query, numbers=())
            marked = highlights(asked, sentence, self._clause(tried, tried.ranked.order[0]), "figure")
            near = cite(report, sentence, marked, score=0.0)
        about = "" if nearly is None else topic(tried.query).replace(" ", "")  # 95% is printed, 满意率95% is not
        denied = f"{about}{figure.printed}"
        related = self._related(tried, set())
        return refusal(question, "false_premise", kind=tried.ranked.kind, figure=denied, near=(near,) if near else (), related=related)

    def _several(self, question: str, whole: Tried, parts: Sequence[str], report_ids: Sequence[str], k: int) -> Answer:
        """Each part with its own sentence, in the order asked, behind the one that the whole question finds first.

        The whole question decides when no part is sure.
        """
        tried = self._try([self._query(part) for part in parts], report_ids)
        found = [bool(one.ranked.order) and one.probability >= self.threshold for one in tried]
        answers = tuple(self._part(part, one, sure=is_sure) for part, one, is_sure in zip(parts, tried, found, strict=True))
        sure = [one for one, is_sure in zip(tried, found, strict=True) if is_sure]
        if not sure:
            return replace(self._decide(question, whole, k), parts=answers)
        own: dict[str, Citation] = {}
        for part in sure:
            citation = self._cite(part, part.ranked.order[0], max(part.probability, whole.probability / 2), listed=True)
            same = own.get(citation.sentence_id)
            own[citation.sentence_id] = _merged(same, citation) if same else citation
        if len(sure) == len(own):
            own = {name: replace(citation, items=()) for name, citation in own.items()}
        others = self._citations(whole, k) if whole.probability >= self.threshold else []
        ordered = self._parts_first(own, others)
        answer = self._answered(question, whole, ordered[: max(k, len(own))], cited_for=(1,) * len(own))
        return replace(answer, parts=answers)

    def _part(self, question: str, tried: Tried, *, sure: bool) -> Answer:
        """One of several questions, by itself."""
        if not sure:
            return self._refuse(question, tried)
        return self._answered(question, tried, [self._cite(tried, tried.ranked.order[0], tried.probability)])

    @staticmethod
    def _parts_first(own: dict[str, Citation], others: Sequence[Citation]) -> list[Citation]:
        """The sentences of the parts, led by the whole question's first where that is one of them, then the rest.

        Where the whole question's first sentence is none of the parts', it leads: it was read with all that was said.
        """
        lead = [own.pop(others[0].sentence_id, others[0])] if others else []
        ordered = [*lead, *own.values(), *(c for c in others[1:] if c.sentence_id not in own)]
        scores = sorted((citation.score for citation in ordered), reverse=True)
        return [replace(citation, score=score) for citation, score in zip(ordered, scores, strict=True)]

    def _follow(self, question: str, query: Query, history: Sequence[str], report_ids: Sequence[str], k: int) -> Answer | None:
        """Read a follow-up with the question before it; None when it is better read alone."""
        leaning = is_follow_up(query.text)
        if not leaning and not may_lean(query.text):
            return None
        before = self._before(history)
        understood = f"{history[-1].strip()} → {question.strip()}"
        if asks_where(query.text) or asks_again(query.text):
            return replace(self._alone(question, before, report_ids, k), question=question, understood=understood)
        if asks_next(query.text):
            return self._next(question, self._try([before], report_ids)[0], k, understood)
        if asks_other_year(query.text):  # 案件数量较去年下降 is not last year's number
            return refusal(question, "not_in_report", missing=REASONS["other_year"], understood=understood)
        earlier, alone, *together = self._try([before, query, *map(self._query, readings(before.text, query.text))], report_ids)
        if not leaning and self._is_talk(alone):
            return None
        best = max(together, key=lambda tried: tried.probability + self._named(tried, own_words(query.text)))
        theirs = leaning and _PERSONAL.search(query.text)  # 那我们小区呢: asked alone, it is of anything about 小区
        if not theirs and alone.probability >= (max(best.probability, self.threshold) if leaning else self.threshold):
            return None
        if not leaning and best.probability < (1 + self.threshold) / 2:  # nothing in its wording says that it leans
            return None
        if best.probability < _FAR and not _one_subsection(best, earlier):
            return self._refuse(question, best, understood)
        return self._decide(question, best, k, understood)

    def _before(self, history: Sequence[str]) -> Query:
        """The question before, itself completed when it was a follow-up."""
        before = self._query(history[-1])
        if len(history) > 1 and is_follow_up(before.text) and not asks_next(before.text):
            earlier = self._query(history[-2])
            return self._query(readings(earlier.text, before.text)[-1])
        return before

    @staticmethod
    def _named(tried: Tried, own: str) -> float:
        """How much of what the follow-up itself names stands in the sentence found, 0 to 1."""
        if not tried.ranked.order:
            return 0.0
        named = pair_set(own)
        _report, sentence = tried.ranked.candidates.sentences[tried.ranked.order[0]]
        return len(named & pair_set(sentence.item + sentence.text)) / len(named) if named else 0.0

    def _next(self, question: str, before: Tried, k: int, understood: str) -> Answer:
        """What stands after the last answer in its paragraph."""
        if before.probability < self.threshold:
            return self._refuse(question, before, understood)
        report, sentence = before.ranked.candidates.sentences[before.ranked.order[0]]
        place = report.position[sentence.sentence_id]
        following = [s for s in report.sentences[place + 1 : place + 1 + k] if s.passage == sentence.passage]
        if not following:
            return self._refuse(question, before, understood)
        cited = [cite(report, s, score=before.probability * 0.9**n) for n, s in enumerate(following, 1)]
        return self._answered(question, before, cited, understood)

    def _refuse(self, question: str, tried: Tried, understood: str = "") -> Answer:
        related = self._related(tried, set())
        if self._is_talk(tried):
            return refusal(question, "not_a_question", kind=tried.ranked.kind, related=related, understood=understood)
        if _EMPTY_WORDS.match(tried.query.text):
            return refusal(question, "too_vague", kind=tried.ranked.kind, related=related, understood=understood)
        near = self._near(tried, _MOST_NEAR)
        return refusal(
            question,
            "near_only" if near else "not_in_report",
            confidence=tried.probability,
            kind=tried.ranked.kind,
            missing=self._missing(tried, in_own_words=bool(near)),
            near=near,
            related=related,
            understood=understood,
        )

    def _is_talk(self, tried: Tried) -> bool:
        """Whether a text is nearer to talk in the bank than to any question there."""
        candidates = tried.ranked.candidates
        nearest = candidates.refusals[0] if candidates.refusals else None
        best = candidates.answerable[0].score if candidates.answerable else 0.0
        return nearest is not None and nearest.score > max(0.9, best) and self._is_chat(tried.query, nearest, best)

    def _is_chat(self, query: Query, nearest: RowHit, best: float) -> bool:
        """Whether a text is talk like the unanswerable bank question nearest to it, and not a trouble told in few words.

        找不到工作 sounds like talk, and may be nearly as near to a question about jobs: then the words must be alike, too.
        """
        if nearest.row.source != "smalltalk":
            return nearest.row.source in _CHAT_REASONS
        alike = dice(pair_set(query.text), pair_set(self._normaliser.query(nearest.row.text).text))
        return nearest.score - best >= _CLEARLY or alike >= _ALIKE

    @staticmethod
    def _missing(tried: Tried, *, in_own_words: bool) -> str:
        """What was asked for and is not there: in the asker's words, or the kind of thing; "" when that is not clear."""
        if not tried.ranked.order:
            return ""
        facts = tried.judged.features
        kinds = {name: chinese for name, chinese in _MISSING if facts.get(name)}
        where = kinds.get("unmet_period") or kinds.get("unmet_place")  # 5月份 and 上海市 are cut into words that say less
        own = asked_and_missing(tried.ranked.candidates, tried.ranked.order[0]) if in_own_words else ""
        return where or own or next(iter(kinds.values()), "")

    def _related(self, tried: Tried, cited: set[str]) -> tuple[str, ...]:
        """Questions that the report answers, near this one, each on another sentence than those cited.

        Those on the same subsection come first; all are well written and short.
        """
        best = tried.ranked.candidates.sentences[tried.ranked.order[0]][1] if tried.ranked.order else None
        home: list[tuple[str, str]] = []
        away: list[tuple[str, str]] = []
        for hit in tried.ranked.candidates.answerable:
            sentence = self.index.report(hit.report_id).sentences[hit.row.sentence]
            if sentence.sentence_id not in cited and sentence.role == "text":
                (home if best and sentence.section == best.section else away).append((sentence.sentence_id, hit.row.text))
        first_of_each: dict[str, str] = {}
        for sentence_id, text in [*home, *away]:
            if sentence_id not in first_of_each and self._presentable(text):
                first_of_each[sentence_id] = text
                if len(first_of_each) == _RELATED:
                    break
        return tuple(first_of_each.values())

    def _presentable(self, question: str) -> bool:
        """A short, plain, well-written question that can be offered to anybody; kept, for the same ones come back."""
        known = self._presented.get(question)
        if known is None:
            if len(self._presented) >= _MOST_PRESENTED:
                self._presented.clear()
            known = self._presented[question] = self._is_presentable(question)
        return known

    def _is_presentable(self, question: str) -> bool:
        if len(question) > 16 or _PERSONAL.search(question) or not _ASKING.search(question) or not well_spelt(question):
            return False
        query = self._query(question)
        return query.text == question and not query.mended and not query.numbers


def _name(report: Report, sentence: Sentence) -> tuple[str, str]:
    """A sentence among all reports: two of them may print the same one."""
    return report.report_id, sentence.sentence_id


def _one_subsection(one: Tried, other: Tried) -> bool:
    """Whether the first sentences of two readings stand under the same headings of one report."""
    places = [tried.ranked.candidates.sentences[tried.ranked.order[0]] for tried in (one, other) if tried.ranked.order]
    return len({(report.report_id, sentence.section) for report, sentence in places}) == 1


def _printed_at(place: Place, figures: Sequence[Number]) -> list[Span]:
    """Where a sentence prints some figures, offsets into the report."""
    start = place[1].start
    return [(start + have.start, start + have.end) for figure in figures for have in printed_in(figure, place)]


def _in_bank(candidates: Candidates) -> bool:
    """Whether a bank too small to judge by holds this very question."""
    nearest = (*candidates.answerable[:1], *candidates.refusals[:1])
    return any(hit.score >= _ASKED_BEFORE for hit in nearest)


def _merged(one: Citation, other: Citation) -> Citation:
    """Two citations of one sentence, for two parts of a question, as one: both are marked, and are its items."""
    marked = joined([*one.highlights, *other.highlights], one.start, one.end)
    listed = [item for item in other.items if any(a < item[1] and item[0] < b for a, b in marked)]
    return replace(one, highlights=marked, items=tuple(listed) if len(listed) > 1 else marked, score=max(one.score, other.score))


def refusal(
    question: str,
    reason: Reason,
    *,
    confidence: float = 0.0,
    kind: Kind = "everyday",
    missing: str = "",
    figure: str = "",
    near: tuple[Citation, ...] = (),
    related: tuple[str, ...] = (),
    understood: str = "",
) -> Answer:
    """An answer without a sentence."""
    return Answer(
        question=question,
        answered=False,
        confidence=confidence,
        kind=kind,
        message=message(reason, missing=missing, figure=figure),
        reason=reason,
        missing=missing,
        near=near,
        related=related,
        understood=understood,
    )
