"""Many reports: which of them a question is put to, in what order, and what is said when none can answer.

The visitor's own newest report is asked first, alone and by its own words, so nothing that stands beside it can displace what
it answers. Where a question names a year, a publisher or a title, only those reports are asked. Where it names nothing and
the home report is silent, the others may answer, newest first, and only where they are sure.
A year that no report is of is refused, with the years there are, unless a sentence prints that year.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.bank import REASONS
from corpus.fold import fold
from index.embed import Encoder
from index.narrowed import Narrowed
from index.passage_index import PassageIndex
from qa.answer import Answerer, Tried, refusal
from qa.follow_up import is_follow_up
from qa.judging.judge import Judge, default_judge
from qa.messages import other_years_message, told_before, told_of_another_year
from qa.normalise import WordList, clean
from qa.rank import Weights
from qa.records import Answer, Citation
from qa.scope import Catalogue, Scope
from qa.stages import stage
from qa.values import ReadValues, ValueIndex
from qa.vocabulary import normaliser_of
from qa.when import looks_back, year_told
from qa.years import NO_YEARS, printed_years

_BANKED = 200  # bank questions from which a report is judged by its bank
_NARROW = 3  # reports that get lexical statistics of their own; more are searched with those of all
_DESKS = 96  # sets of reports kept ready
_MOST_YEARS = 6  # years of one question that are answered one by one


@dataclass(frozen=True, slots=True)
class Plan:
    """One set of reports to ask, and how."""

    report_ids: tuple[str, ...]
    text: str
    history: tuple[str, ...] = ()
    strict: bool = False  # nothing named these reports: only a sure sentence will do
    prints: tuple[int, ...] = ()  # only a sentence that prints one of these years
    tells: tuple[int, ...] = ()  # only a sentence that tells of one of these years, or of no year that it says
    says: str = ""  # only a sentence that says this word, or stands under it: 全国


@dataclass(frozen=True, slots=True)
class _Read:
    """A question and its talk, read."""

    scope: Scope
    carried: Scope  # of the talk before
    text: str  # what is asked, without where to look
    typed: str  # what is asked, with it: what the home report is asked
    history: tuple[str, ...] = ()  # of the talk, without where to look
    typed_history: tuple[str, ...] = ()


class Librarian:
    """Puts questions to the right reports. Safe to use from several threads."""

    def __init__(
        self,
        index: PassageIndex,
        encoder: Encoder,
        catalogue: Catalogue,
        weights: Weights,
        *,
        bank: bool,
        longest: int,
        values: ReadValues | None = None,
        judge: Judge | None = None,
    ) -> None:
        """Cheap, but for its first question.

        Args:
            index: all reports.
            encoder: makes questions into vectors.
            catalogue: who wrote the reports, and when.
            weights: the fitted numbers.
            bank: whether the question banks are used.
            longest: the longest question taken, in characters.
            values: where the values that reports print are kept; None keeps them nowhere.
            judge: says how sure it is that a sentence answers; None for the one that comes with the project.
        """
        self.index = index
        self.catalogue = catalogue
        self._encoder = encoder
        self._weights = weights
        self._judge = judge or default_judge()
        self._bank = bank
        self._longest = longest
        self._read_values = values or ReadValues()
        self._values = ValueIndex(index.reports, self._read_values)
        self._words = WordList()
        self._lock = threading.Lock()
        self._desks: OrderedDict[tuple[tuple[str, ...], bool], Answerer] = OrderedDict()
        self._threshold: float | None = None
        self._all = tuple(about.report_id for about in catalogue.abouts)  # newest first
        self._home_words: str | None = None
        catalogue.printed_at_home = self._printed_at_home

    @property
    def threshold(self) -> float:
        """Probability from which the home report answers."""
        return self._desk(self._newest_home(self._all)).threshold

    @threshold.setter
    def threshold(self, value: float) -> None:
        self._threshold = value
        self._desks.clear()

    def answer(self, question: str, history: Sequence[str] = (), report_ids: Sequence[str] = (), k: int = 3) -> Answer:
        """Answer a question.

        Args:
            question: as typed.
            history: the questions before it in the same talk, oldest first.
            report_ids: only from these reports; () for all.
            k: most citations wanted.
        """
        within = tuple(name for name in self._all if not report_ids or name in report_ids)
        if len(self._all) == 1 or len(question) > self._longest:
            return self._desk(within[:1]).answer(question, history, (), k)
        with stage("normalise"):
            read = self._read(question, history)
            if report_ids:
                read = self._within_chosen(read, within)
        first: Answer | None = None
        for plan in self._plans(read, within):
            answer = self._ask(plan, k)
            if answer.answered:
                return self._told(question, answer, read, plan)
            first = first or self._told(question, answer, read, plan)
            if answer.reason in ("empty", "not_a_question", "too_vague"):
                break
        return self._refused(question, read, within, first)

    def load_values(self) -> None:
        """Read where all reports print their figures now, so that no question waits for it."""
        self._values.load()

    def explain(self, question: str) -> Tried:
        """How a question was read, found and ordered in the first reports that are asked."""
        read = self._read(question, ())
        plan = next(self._plans(read, self._all), Plan(self._newest_home(self._all), question))
        return self._desk(plan.report_ids, strict=plan.strict).explain(plan.text)

    def _printed_at_home(self, words: str) -> bool:
        """Whether the home reports print some words, or people ask them in those words."""
        if self._home_words is None:
            home = [self.index.report(name) for name in self._of(self.catalogue.home, self._all)]
            asked = (row.text for report in home for row in self.index.bank_rows(report.report_id))
            self._home_words = fold("\n".join([*(report.text for report in home), *asked]))
        return words in self._home_words

    def _read(self, question: str, history: Sequence[str]) -> _Read:
        scopes = [self.catalogue.read(clean(earlier)) for earlier in history]
        now = self.catalogue.read(clean(question))
        carried = Scope("")
        for scope in scopes:
            carried = scope.over(carried) if _leans(scope) else scope
        scope = now.over(carried) if _leans(now) else now
        asked = [(s, typed) for s, typed in zip(scopes, history, strict=True) if not s.bare]
        if now.bare and asked:  # 那2021年呢: the question before, elsewhere
            (before, typed), *_ = reversed(asked)
            return _Read(scope, carried, before.text, typed)
        return _Read(scope, carried, now.text or question, question, tuple(s.text for s, _ in asked), tuple(typed for _, typed in asked))

    def _within_chosen(self, read: _Read, within: tuple[str, ...]) -> _Read:
        """What is read of a question put to one chosen report: 去年 and 今年 are then what that report calls them."""
        years, called = read.scope.years, (self.catalogue.this_year, self.catalogue.this_year - 1)
        if len(within) != 1 or not years.relative or read.scope.says_report or not set(years.years) <= set(called):
            return read
        return replace(read, scope=replace(read.scope, years=NO_YEARS, text=read.typed, undated=""), text=read.typed)

    # ---------- which reports, in what order ----------

    def _plans(self, read: _Read, within: tuple[str, ...]) -> Iterator[Plan]:
        scope = read.scope
        if scope.titles:
            named = tuple(name for name in scope.titles if name in within)
            if named:
                yield self._plain(named, read)
        elif scope.years.years and not self._no_place(scope, within):
            yield from self._of_years(read, within)
        elif scope.publisher and scope.publisher != self.catalogue.home:
            yield from self._of_publisher(scope.publisher, read, within)
        else:
            yield from self._at_home(read, within)

    def _no_place(self, scope: Scope, within: tuple[str, ...]) -> bool:
        """Whether 今年 tells nothing apart: it is what a report calls its own year, and home has one report, or one is chosen."""
        at_home = scope.publisher in (None, self.catalogue.home) and not (scope.soft and scope.says_report)
        home = self._of(self.catalogue.home, within)
        return self._this_year(scope) and at_home and len(home) <= 1 and not self._of_year(home, scope.years.years)

    def _this_year(self, scope: Scope) -> bool:
        """Whether the year is 今年 and no other; 去年, 前年 and 明年 are counted from the day that asks, and are years like any."""
        return scope.years.relative and scope.years.years == (self.catalogue.this_year,)

    def _of_years(self, read: _Read, within: tuple[str, ...]) -> Iterator[Plan]:
        scope, years = read.scope, read.scope.years.years
        publisher = self._named_publisher(scope)
        own = self._of(publisher or self._host(within), within)
        covered = self._of_year(own, years)
        if covered:
            yield self._plain(covered, read)
            if any(name in fold(read.typed) for name in self.catalogue.publishers[self.catalogue.home].names):
                yield Plan(covered, read.text, read.history)  # 延吉2021年助餐点开在哪些小区: without what the report never says of itself
        elif self._this_year(scope) and own and not (scope.says_report and publisher):
            yield self._plain(own[:1], read)  # 今年, as the newest report calls its own year
        others = tuple(name for name in within if name not in own) if publisher is None else ()
        of_year = self._of_year(others, years)
        if of_year:
            yield self._away(of_year, read, strict=bool(covered))
        if scope.says_report:
            return
        after = tuple(name for name in self._of_year(own, [year + 1 for year in years]) if looks_back(self.index.report(name)))
        if after:  # given early in the year after, it tells of the year asked about
            yield replace(self._plain(after, read), text=read.text, tells=years)
        if scope.years.relative:
            return
        rest = tuple(name for name in own if name not in covered)
        if rest:
            yield replace(self._away(rest, read, strict=publisher is None), text=read.typed, prints=years)
        if others:
            yield replace(self._away(others, read, strict=True), text=read.typed, prints=years)

    def _of_publisher(self, publisher: str, read: _Read, within: tuple[str, ...]) -> Iterator[Plan]:
        own = self._of(publisher, within)
        if own:
            yield self._plain(own[:1], read)
        if own[1:]:
            yield self._plain(own, read)

    def _at_home(self, read: _Read, within: tuple[str, ...]) -> Iterator[Plan]:
        home = self._of(self.catalogue.home, within)
        soft = read.scope.soft
        if home:
            yield replace(self._plain(home[:1], read), says=soft)
        if home[1:]:
            yield self._away(home[1:], read, strict=True)
        if read.scope.publisher:
            return
        state = self.catalogue.state
        if soft and state:
            yield from self._of_publisher(state, read, within)
        if not read.carried.silent and read.scope.silent:
            yield from self._plans(replace(read, scope=read.carried, carried=Scope("")), within)
        others = tuple(name for name in within if name not in home)
        strict = bool(home) or len(others) > _NARROW
        for newest in self._newest_of_each(others):
            yield self._away((newest,), read, strict=strict)
        if len(others) > 1:
            yield self._away(others, read, strict=strict)

    def _plain(self, report_ids: tuple[str, ...], read: _Read) -> Plan:
        """Ask reports that were named. The home's are asked with all that was typed: its bank knows how people put it."""
        if all(self._at(name) == self.catalogue.home for name in report_ids) and not read.scope.titles:
            years = read.scope.years
            if not years.relative and len(years.years) < 2:
                undated = "" if read.scope.bare else read.scope.undated
                own = not undated or f"{years.years[0]}年" in fold(read.typed)  # the report's reading leaves its own year out
                return Plan(report_ids, read.typed if own else undated, read.typed_history)
        return Plan(report_ids, read.text, read.history)

    @staticmethod
    def _away(report_ids: tuple[str, ...], read: _Read, *, strict: bool) -> Plan:
        return Plan(report_ids, read.text, read.history, strict)

    def _named_publisher(self, scope: Scope) -> str | None:
        return scope.publisher or (self.catalogue.state if scope.soft else None)

    def _host(self, within: Sequence[str]) -> str:
        """Whose reports a year is looked for in when nobody is named: the home's, or where others are chosen, theirs."""
        return self._at(self._newest_home(within)[0]) if within else self.catalogue.home

    def _at(self, report_id: str) -> str:
        return self.catalogue.publisher_of(report_id)

    def _of(self, publisher: str, within: Sequence[str]) -> tuple[str, ...]:
        return tuple(name for name in within if self._at(name) == publisher)

    def _of_year(self, names: Sequence[str], years: Sequence[int]) -> tuple[str, ...]:
        return tuple(name for name in names if self.catalogue.about(name).year in years)

    def _newest_home(self, within: Sequence[str]) -> tuple[str, ...]:
        return self._of(self.catalogue.home, within)[:1] or tuple(within[:1])

    def _newest_of_each(self, names: Sequence[str]) -> list[str]:
        newest: dict[str, str] = {}
        for name in names:
            newest.setdefault(self._at(name), name)
        return list(newest.values())

    # ---------- asking ----------

    def _ask(self, plan: Plan, k: int) -> Answer:
        years = self.catalogue.years_of(plan.report_ids)
        if 1 < len(years) == len(plan.report_ids) <= _MOST_YEARS and not plan.strict and not plan.prints and self._distinct(plan):
            return self._each(plan, k)
        desk = self._desk(plan.report_ids, strict=plan.strict)
        answer = desk.answer(plan.text, plan.history, self._within(plan.report_ids), max(k, 5) if plan.prints else k)
        if answer.answered and (plan.prints or plan.says or plan.tells):
            kept = [citation for citation in answer.citations if self._vouches(citation, plan)]
            if not kept or kept[0].score < desk.threshold:
                return refusal(answer.question, "not_in_report", kind=answer.kind, related=answer.related)
            return replace(answer, citations=tuple(kept[:k]), confidence=kept[0].score, cited_for=(), parts=(), occurrences=0)
        return answer

    def _vouches(self, citation: Citation, plan: Plan) -> bool:
        """Whether a sentence prints or tells of a year that was asked, or says a word that must be said in it or its headings."""
        if plan.prints:
            return any(year in printed_years(citation.sentence) for year in plan.prints)
        if plan.tells:
            report = self.index.report(citation.report_id)
            return year_told(report, report.by_id[citation.sentence_id], citation.highlights) in (None, *plan.tells)
        return plan.says in fold(" ".join((*citation.section, citation.sentence)))

    def _distinct(self, plan: Plan) -> bool:
        return len({self._at(name) for name in plan.report_ids}) == 1

    def _each(self, plan: Plan, k: int) -> Answer:
        """Several years: the first sentence of each report that answers, in the order of the years."""
        ordered = sorted(plan.report_ids, key=lambda name: self.catalogue.about(name).year or 0)
        answers = [self._desk((name,)).answer(plan.text, plan.history, (), k) for name in ordered]
        found = [answer for answer in answers if answer.answered]
        if not found:
            return answers[-1]
        scores = sorted((answer.citations[0].score for answer in found), reverse=True)
        cited = tuple(replace(answer.citations[0], score=score) for answer, score in zip(found, scores, strict=True))
        return replace(found[0], citations=cited, confidence=scores[0], kind="multi", cited_for=(1,) * len(cited), parts=(), occurrences=0)

    def _within(self, report_ids: tuple[str, ...]) -> tuple[str, ...]:
        return () if len(report_ids) <= _NARROW or len(report_ids) == len(self._all) else report_ids

    def _desk(self, report_ids: tuple[str, ...], *, strict: bool = False) -> Answerer:
        """What answers from a set of reports; made at its first use. Many reports share one."""
        narrow = len(report_ids) <= _NARROW < len(self._all) or (len(report_ids) < len(self._all) <= _NARROW)
        key = (report_ids if narrow else (), strict)
        with self._lock:
            if key not in self._desks:
                self._desks[key] = self._made(*key)
                if len(self._desks) > _DESKS:
                    self._desks.popitem(last=False)
            self._desks.move_to_end(key)
            return self._desks[key]

    def _made(self, report_ids: tuple[str, ...], strict: bool) -> Answerer:
        index = Narrowed(self.index, report_ids) if report_ids else self.index
        alone = len(index.reports) <= _NARROW
        banked = self._bank and alone and all(len(index.bank_rows(report.report_id)) >= _BANKED for report in index.reports)
        normaliser = normaliser_of(index, self._words, mending=alone, kept_in=self._read_values.folder)
        values = ValueIndex(index.reports, self._read_values) if report_ids else self._values
        desk = Answerer(
            index,
            self._encoder,
            normaliser,
            self._weights,
            self._judge,
            bank=banked,
            longest=self._longest,
            named=not strict,
            values=values,
        )
        if self._threshold is not None and not strict:
            desk.threshold = self._threshold
        return desk

    # ---------- what is told ----------

    def _told(self, question: str, answer: Answer, read: _Read, plan: Plan) -> Answer:
        """The answer under the question as typed, with what was understood of where to look."""
        where = self._where(read, plan) + self._another_year(read, answer)
        understood = answer.understood
        if where:
            understood = f"{where}{understood or plan.text}"
        return replace(answer, question=question, understood=understood, message=answer.message or self._told_before(plan, answer))

    def _told_before(self, plan: Plan, answer: Answer) -> str:
        """What is said above a sentence of an older report of the asker's own place, where the newest is silent; "" otherwise."""
        if not answer.answered or not plan.strict or plan.prints:
            return ""
        cited, newest = answer.citations[0], self.catalogue.about(self._newest_home(self._all)[0])
        older = cited.year is not None and newest.year is not None and cited.year < newest.year
        return told_before(cited.year) if older and cited.year and self._at(cited.report_id) == self.catalogue.home else ""

    def _another_year(self, read: _Read, answer: Answer) -> str:
        """What is said where a year was asked and the report of that year tells of another: a 工作报告 looks back on the year before."""
        years = read.scope.years.years
        if not answer.citations or len(years) != 1 or read.scope.says_report or self._this_year(read.scope):
            return ""
        cited, asked = answer.citations[0], years[0]
        report = self.index.report(cited.report_id)
        told = year_told(report, report.by_id[cited.sentence_id], cited.highlights)
        if cited.year != asked or told in (None, asked):
            return ""
        later = self._of_year(self._of(self._at(cited.report_id), self._all), [asked + 1])
        return told_of_another_year(told, asked, bool(later))

    def _where(self, read: _Read, plan: Plan) -> str:
        """The reports asked, for people; "" where that goes without saying."""
        if plan.report_ids == self._newest_home(self._all) and not read.scope.years.years and not read.scope.titles:
            return ""
        if len(plan.report_ids) == 1:
            return f"《{self.catalogue.about(plan.report_ids[0]).title}》"
        return ""

    def _refused(self, question: str, read: _Read, within: tuple[str, ...], first: Answer | None) -> Answer:
        scope = read.scope
        years = scope.years.years
        said = first is not None and (first.reason == "false_premise" or any(citation.year in years for citation in first.near))
        if years and not self._no_place(scope, within) and not said:
            publisher = self._named_publisher(scope) or self._host(within)
            own = self._of(publisher, within)
            missing = [year for year in years if year not in self.catalogue.years_of(own)]
            if missing:
                return self._other_year(question, read, own, missing, within, first)
        return first or refusal(question, "not_in_report", understood="")

    def _other_year(
        self, question: str, read: _Read, own: tuple[str, ...], missing: list[int], within: tuple[str, ...], first: Answer | None
    ) -> Answer:
        publisher = self._named_publisher(read.scope)
        there = self.catalogue.years_of(own)
        elsewhere = self._of_year([name for name in within if name not in own], missing) if publisher is None else ()
        name = self.catalogue.publishers[publisher or self._host(within)].name
        says = other_years_message(name, missing, there, [self.catalogue.about(i).title for i in elsewhere[:2]])
        refused = refusal(question, "not_in_report", missing=REASONS["other_year"], related=first.related if first else ())
        return replace(refused, message=says, years=there, elsewhere=elsewhere[:2], understood="")


def _leans(scope: Scope) -> bool:
    return scope.bare or is_follow_up(scope.text)
