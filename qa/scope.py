"""Which reports a question is about, by what it says: a title, who wrote it, a year. No model; it only reads.

Nothing is narrowed on a guess. A word that may as well be part of what is asked (全国文明单位, 国家级) is no publisher, and a
year that the report itself prints is the business of whoever searches: see ``qa/librarian.py``.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from corpus.fold import fold
from corpus.report import About
from qa.publishers import Publisher, ours, publisher_key, publisher_of
from qa.years import NO_YEARS, Span, Years, read_years

_REPORT_WORD = re.compile(
    r"(?:那[一]?[份个]|这[一]?[份个]|的)?(?:政府)?(?:年度|年终)?(?:工作)?(?:报告|总结)(?!会)(?:里面|里头|里边|里|中(?!央)|上)?(?:怎么)?"
    r"(?:说到|讲到|提到|写到|说|讲|提|写)?(?:了|过|的|是)?"
)
_STATE_HARD = re.compile(r"国务院|中央人民政府|中央政府|总理(?=.{0,3}报告)|两会")
_STATE_SOFT = re.compile(r"全国(?!人大|人民代表|政协)|国家(?!级)|中央(?!政府|人民)|我国")
_EDGE = " ,，。、:：;；《》“”"
_IN_TITLE = re.compile(r"^(?:里面|里头|里|中|上)?(?:说|讲|提|写)?到?")  # what follows a title: 《…》里说
_CLAUSE = re.compile(r"[^,，。;；?？!！\s]+")
_ASKS = re.compile(r"多少|几|什么|啥|哪|谁|怎|如何|吗|有没有|是不是|能不能")
_STORY, _CLAUSE_ALONE = 30, 8  # characters of a message that tells a story, and of a clause of it that asks for itself
_JOINED = re.compile(r"^[和与跟及](?= )[ ,、]*")  # what is left of 2020年和2021年的
_LEAST_LEFT = 2  # characters that ask something
_ASKS_NOTHING = re.compile(r"^(?:那|呢|吗|里|中|的|说|讲|写|提到?|了|什么|啥|怎么|些|有|又|是|年|报告|\W)*$")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question says of where to look."""

    text: str  # the question without the words that say where to look; the question itself when they say nothing
    titles: tuple[str, ...] = ()  # ids of reports whose title it gives
    publisher: str | None = None  # key of who it names
    soft: str = ""  # a word that may mean the whole country: 全国
    years: Years = NO_YEARS
    undated: str = ""  # the question without its years alone
    bare: bool = False  # it says where to look and nothing else: 那2019年呢
    says_report: bool = False  # 报告, 总结: a year is that of the report, not of what it tells

    @property
    def silent(self) -> bool:
        """Whether it says nothing of where to look."""
        return not (self.titles or self.publisher or self.soft or self.years.years)

    def over(self, before: "Scope") -> "Scope":
        """This scope, with what it leaves open taken from the question before."""
        if self.titles:
            return self
        if self.publisher and self.publisher != before.publisher:
            return replace(self, years=self.years if self.years.years else before.years)
        kept = not self.years.years
        return replace(
            self,
            titles=before.titles if kept and not self.publisher else (),
            publisher=self.publisher or before.publisher,
            soft=self.soft or before.soft,
            years=before.years if kept else self.years,
            says_report=self.says_report or before.says_report,
        )


class Catalogue:
    """The reports there are, who wrote them and what they are called."""

    def __init__(
        self,
        abouts: Sequence[About],
        *,
        home: str = "",
        today: Callable[[], date] = date.today,
    ) -> None:
        """Cheap.

        Args:
            abouts: of every report, at least one.
            home: the visitor's own publisher (any of its names) or report; "" for the newest local one.
            today: the day a question is asked.
        """
        self.abouts = tuple(sorted(abouts, key=_age))
        self._by_id = {about.report_id: about for about in self.abouts}
        self.printed_at_home: Callable[[str], bool] = lambda _: False  # what the home reports print is a topic, not a place to look
        self._today = today
        grouped: dict[str, list[About]] = defaultdict(list)
        for about in self.abouts:
            grouped[publisher_key(about)].append(about)
        self.of_publisher: dict[str, tuple[About, ...]] = {key: tuple(group) for key, group in grouped.items()}  # newest first
        self.publishers = {key: self._publisher(key, group) for key, group in grouped.items()}
        self.home = self._home(home)
        self._ours = ours(self.publishers[self.home])
        self._titles = {fold(about.title): about.report_id for about in self.abouts}
        self.state = next((key for key, publisher in self.publishers.items() if publisher.state), None)  # of the whole country

    def _publisher(self, key: str, group: Sequence[About]) -> Publisher:
        return publisher_of(key, group, [name for about in group for name in about.also_called])

    def _home(self, named: str) -> str:
        """Whose visitors we serve. Named by nobody: who wrote the newest report that is not of the whole country."""
        if named in self._by_id:
            return publisher_key(self._by_id[named])
        wanted = fold(named.strip())
        for key, publisher in self.publishers.items():
            if wanted and (wanted == fold(key) or wanted in publisher.names):
                return key
        local = [about for about in self.abouts if not self.publishers[publisher_key(about)].state]
        return publisher_key((local or self.abouts)[0])

    def about(self, report_id: str) -> About:
        """What is known of a report; KeyError when there is none."""
        return self._by_id[report_id]

    def publisher_of(self, report_id: str) -> str:
        """Key of who wrote a report."""
        return publisher_key(self._by_id[report_id])

    @property
    def this_year(self) -> int:
        """The year of the day a question is asked."""
        return self._today().year

    def knows_home(self, named: str) -> bool:
        """Whether a setting names a report or a publisher that is there."""
        return not named or named in self._by_id or fold(named.strip()) in {n for p in self.publishers.values() for n in p.names}

    def years_of(self, report_ids: Iterable[str]) -> tuple[int, ...]:
        """The years of these reports, oldest first."""
        return tuple(sorted({year for report_id in report_ids if (year := self._by_id[report_id].year)}))

    def read(self, text: str) -> Scope:
        """What a question, cleaned and folded, says of where to look."""
        titles = tuple(dict.fromkeys(report_id for title, report_id in self._titles.items() if title in text))
        if titles:
            for title in sorted(self._titles, key=len, reverse=True):
                text = text.replace(title, " ")
            left = _IN_TITLE.sub("", _tidy(_REPORT_WORD.sub(" ", text, count=1)))
            return Scope(left, titles, bare=_asks_nothing(left), says_report=True)
        publisher, spans = self._who(text)
        says = _REPORT_WORD.search(text)
        soft = None if publisher or self.state is None else self._soft(text)
        named = bool(publisher or says or soft)
        years = _asked_about(text, read_years(text, self.this_year, named=named), named=named)
        scope = Scope(text, (), publisher, soft.group() if soft else "", years, says_report=bool(says))
        if scope.silent:
            return scope
        at_home = publisher == self.home and not years.years
        out = [*spans, *years.spans, *([(says.start(), says.end())] if says else [])]
        left = _tidy(_without(text, out))
        bare = _asks_nothing(left)
        if at_home or (len(left) < _LEAST_LEFT and not years.years):  # our own name tells nothing, and takes nothing away
            left = text
        if years.years and not named and not re.search(r"[^\W\d]", left):
            return Scope(text)
        undated = "".join(_without(text, years.spans).split()) if years.years else ""
        return replace(scope, text=left, undated=undated.removeprefix("的"), bare=bare)

    def _who(self, text: str) -> tuple[str | None, list[Span]]:
        """The publisher that a question names, and where; the longest name wins, then the home's."""
        found: list[tuple[int, bool, str, Span]] = []
        for key, publisher in self.publishers.items():
            for name in publisher.names:
                match = re.search(rf"{re.escape(name)}(?![市州县])" if len(name) <= _LEAST_LEFT else re.escape(name), text)
                if match:
                    found.append((len(name), key == self.home, key, match.span()))
        if self.state and (match := _STATE_HARD.search(text)):
            found.append((len(match.group()), False, self.state, match.span()))
        if found:
            _, _, key, span = max(found)
            return key, [span]
        if match := self._ours.search(text):
            return self.home, [match.span()]
        return self._by_kind(text)

    def _by_kind(self, text: str) -> tuple[str | None, list[Span]]:
        """政府工作报告 names its publisher where only one writes such, or where home does."""
        for kind in sorted({kind for publisher in self.publishers.values() for kind in publisher.kinds}, key=len, reverse=True):
            at = text.find(kind)
            if at >= 0:
                writers = [key for key, publisher in self.publishers.items() if kind in publisher.kinds]
                key = self.home if self.home in writers else (writers[0] if len(writers) == 1 else None)
                return (key, [(at, at + len(kind))]) if key else (None, [])
        return None, []

    def _soft(self, text: str) -> re.Match[str] | None:
        """全国 and the like, where it is no part of a name that the home reports print."""
        for match in _STATE_SOFT.finditer(text):
            following = text[match.start() : match.end() + 2]
            if not self.printed_at_home(following):
                return match
        return None


def _asked_about(text: str, years: Years, *, named: bool) -> Years:
    """The years of a question, or none where they are said in passing: in another clause of a long message than those that ask.

    A year beside the name of a report or of who wrote it says where to look, wherever it stands.
    """
    asking = [match.span() for match in _CLAUSE.finditer(text) if _ASKS.search(match.group()) and len(match.group()) >= _CLAUSE_ALONE]
    if named or len(text) < _STORY or not asking:
        return years
    told = any(start <= a and b <= end for a, b in years.spans for start, end in asking)
    return years if told else NO_YEARS


def _age(about: About) -> tuple[int, int, str]:
    """Newest first."""
    return -(about.year or 0), -(about.published.toordinal() if about.published else 0), about.report_id


def _without(text: str, spans: Iterable[Span]) -> str:
    out, last = [], 0
    for start, end in sorted(spans):
        if start >= last:
            out.append(text[last:start])
        last = max(last, end)
    return " ".join([*out, text[last:]])


def _asks_nothing(text: str) -> bool:
    return _ASKS_NOTHING.match(text) is not None


def _tidy(text: str) -> str:
    return _JOINED.sub("", " ".join(text.split()).strip(_EDGE)).removeprefix("的").strip(_EDGE)
