"""What was asked, what was answered, and what people said of it: SQLite, in one file, for as many days as the settings say.

The log never stands in the way of an answer. When its file is locked, what is to be written waits in memory; when the file is
damaged it is set aside and a new one begun; when nothing can be written, one line says so and the answers go on.
"""

import logging
import sqlite3
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

from corpus.bank import same_question
from qa.masking import mask
from qa.records import Answer
from qa.retrieve import dice, pair_set
from qa.stages import Spent

CHINA = timezone(timedelta(hours=8))  # days are counted where the readers live, whatever the machine's clock says
_VERSION = 1  # of the tables
_BUSY = 0.2  # seconds that a write waits for another one
_PENDING = 1000  # rows that wait in memory, at most
_AGAIN = timedelta(minutes=1)  # after a failure
_LONGEST = 500  # characters kept of a question
_ALIKE = 0.5  # Dice of character pairs from which two questions are one wish
_GROUPED = 3000  # different unanswered questions that are grouped, the latest

_TABLES = """
CREATE TABLE IF NOT EXISTS asked (
  id INTEGER PRIMARY KEY, at TEXT NOT NULL, question TEXT NOT NULL, understood TEXT NOT NULL, answered INTEGER NOT NULL,
  reason TEXT NOT NULL, kind TEXT NOT NULL, confidence REAL NOT NULL, report_id TEXT NOT NULL, sentence_id TEXT NOT NULL,
  section TEXT NOT NULL, milliseconds REAL NOT NULL);
CREATE INDEX IF NOT EXISTS asked_at ON asked (at);
CREATE TABLE IF NOT EXISTS feedback (
  id INTEGER PRIMARY KEY, at TEXT NOT NULL, question TEXT NOT NULL, sentence_id TEXT NOT NULL, vote TEXT NOT NULL, reason TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS feedback_question ON feedback (question);
"""
_KNOWN = (
    "id", "at", "question", "understood", "answered", "reason", "kind", "confidence", "report_id", "sentence_id", "section", "milliseconds",
)  # fmt: skip
_ASKED = "INSERT INTO asked VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_FEEDBACK = "INSERT INTO feedback VALUES (NULL, ?, ?, ?, ?, ?)"
_VOTES = """LEFT JOIN (SELECT question AS voted, SUM(vote = 'up') AS up, SUM(vote = 'down') AS down,
  GROUP_CONCAT(NULLIF(reason, ''), '、') AS why FROM feedback GROUP BY question) ON voted = question"""

log = logging.getLogger("youju")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Entry:
    """One question and what became of it."""

    id: int
    at: str  # ISO 8601, seconds, +08:00
    question: str  # as typed, numbers of persons masked
    understood: str  # how a follow-up was completed, "" when it stood alone
    answered: bool
    reason: str  # why not, a ``records.Reason``; "" when answered
    kind: str
    confidence: float  # 0 to 1
    report_id: str  # of the first sentence cited, "" for none
    sentence_id: str
    section: str  # its headings, outermost first, "\n" between
    milliseconds: float
    up: int = 0  # votes on answers to this question
    down: int = 0
    why: str = ""  # what was wrong, as people said


@dataclass(frozen=True, slots=True)
class Group:
    """Unanswered questions that wish for much the same thing."""

    count: int  # how often asked, in all wordings
    wordings: tuple[tuple[str, int], ...]  # question and how often, most asked first
    reason: str  # why most of them were not answered
    last: str  # when one was last asked, ISO 8601


@dataclass(frozen=True, slots=True)
class Day:
    """One day's questions."""

    day: str  # "2022-04-01"
    asked: int
    answered: int
    median: float  # milliseconds to an answer
    slowest: float  # 95th percentile, milliseconds
    up: int
    down: int


@dataclass(frozen=True, slots=True)
class Search:
    """Which entries are wanted; "" and 0 leave open."""

    text: str = ""  # in the question
    outcome: str = ""  # "answered", "refused", or a reason
    vote: str = ""  # "up", "down", "any"
    first: str = ""  # day, "2022-04-01"
    last: str = ""


class Log:
    """One log file; safe to use from many threads, and from several processes at once."""

    def __init__(
        self, path: Path, retention_days: int, say: Callable[[str], None] = log.warning, clock: Callable[[], datetime] | None = None
    ) -> None:
        """Nothing is opened before it is needed.

        Args:
            path: the file; its folder is made.
            retention_days: how long entries are kept.
            say: takes one line when the log is in trouble.
            clock: the time, for tests.
        """
        self._path = path
        self._days = retention_days
        self._say = say
        self._clock = clock or (lambda: datetime.now(CHINA))
        self._lock = threading.Lock()
        self._open: sqlite3.Connection | None = None
        self._pending: deque[tuple[str, tuple[object, ...]]] = deque(maxlen=_PENDING)
        self._swept = ""  # day on which old entries were last removed
        self._quiet_until = datetime.min.replace(tzinfo=CHINA)

    # ---- writing ----

    def asked(self, question: str, answer: Answer, milliseconds: float, _spent: Spent | None = None, /) -> None:
        """Keep one question, what was answered and how long it took; never fails."""
        first = answer.citations[0] if answer.citations else None
        self._write(
            _ASKED,
            mask(question)[:_LONGEST],
            mask(answer.understood)[:_LONGEST],
            int(answer.answered),
            answer.reason or "",
            answer.kind,
            answer.confidence,
            first.report_id if first else "",
            first.sentence_id if first else "",
            "\n".join(first.section) if first else "",
            milliseconds,
        )

    def feedback(self, question: str, sentence_id: str, vote: str, reason: str = "") -> None:
        """Keep one vote, "up" or "down", and what was wrong; never fails."""
        self._write(_FEEDBACK, mask(question)[:_LONGEST], sentence_id[:64], vote[:8], mask(reason)[:_LONGEST])

    def close(self) -> None:
        """Write what still waits and let go of the file."""
        with self._lock:
            self._do(lambda base: None)
            self._forget()

    def _write(self, statement: str, *values: object) -> None:
        now = self._clock()
        clean = (value.encode("utf-8", "replace").decode() if isinstance(value, str) else value for value in values)
        with self._lock:
            self._pending.append((statement, (_second(now), *clean)))
            if not timedelta() < self._quiet_until - now <= _AGAIN:  # further off: the clock has been set back
                self._do(lambda base: None)

    # ---- reading ----

    def search(self, wanted: Search | None = None, *, limit: int = 50, offset: int = 0) -> list[Entry]:
        """Entries, latest first."""
        where, values = _where(wanted or Search())
        query = f"SELECT {', '.join(_KNOWN)}, up, down, why FROM asked {_VOTES} {where} ORDER BY at DESC, id DESC LIMIT ? OFFSET ?"
        return [_entry(row) for row in self._read(query, (*values, limit, offset))]

    def count(self, wanted: Search | None = None) -> int:
        """How many entries there are."""
        where, values = _where(wanted or Search())
        rows = self._read(f"SELECT COUNT(*) FROM asked {_VOTES} {where}", values)
        return int(rows[0][0]) if rows else 0

    def groups_of_unanswered(self, last_days: int = 90) -> list[Group]:
        """Unanswered questions of late, alike ones together, most asked first."""
        rows = self._read(
            "SELECT question, reason, COUNT(*), MAX(at) FROM asked WHERE answered = 0 AND reason NOT IN ('empty', 'too_long') AND at >= ? "
            "GROUP BY question, reason ORDER BY MAX(at) DESC LIMIT ?",
            (self._since(last_days), _GROUPED),
        )
        groups = [_group([rows[place] for place in places]) for places in _alike([str(row[0]) for row in rows])]
        return sorted(groups, key=lambda group: (-group.count, group.wordings[0][0]))

    def days(self, last_days: int = 30) -> list[Day]:
        """Day by day, oldest first; days without a question are there too."""
        since = self._since(last_days)
        rows = self._read("SELECT substr(at, 1, 10), answered, milliseconds FROM asked WHERE at >= ?", (since,))
        votes = self._read("SELECT substr(at, 1, 10), vote, COUNT(*) FROM feedback WHERE at >= ? GROUP BY 1, 2", (since,))
        by_day: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for day, answered, milliseconds in rows:
            by_day[day].append((int(answered), float(milliseconds)))
        voted = {(day, vote): int(count) for day, vote, count in votes}
        today = self._clock().astimezone(CHINA).date()
        wanted = [(today - timedelta(days=back)).isoformat() for back in reversed(range(last_days))]
        return [_day(day, by_day[day], voted.get((day, "up"), 0), voted.get((day, "down"), 0)) for day in wanted]

    def reasons(self, last_days: int = 30) -> list[tuple[str, int]]:
        """Why questions were not answered, and how often, most often first."""
        query = "SELECT reason, COUNT(*) FROM asked WHERE answered = 0 AND at >= ? GROUP BY reason ORDER BY 2 DESC, 1"
        return [(str(reason), int(count)) for reason, count in self._read(query, (self._since(last_days),))]

    def topics(self, last_days: int = 30, most: int = 12) -> list[tuple[str, int]]:
        """Headings under which the answers stood, and how often, most often first."""
        query = "SELECT section, COUNT(*) FROM asked WHERE answered = 1 AND section != '' AND at >= ? GROUP BY section ORDER BY 2 DESC, 1 LIMIT ?"
        return [(str(section), int(count)) for section, count in self._read(query, (self._since(last_days), most))]

    def _since(self, last_days: int) -> str:
        today = self._clock().astimezone(CHINA).date()
        return (today - timedelta(days=last_days - 1)).isoformat()

    def _read(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Rows; none when the log cannot be read."""
        with self._lock:
            self._do(lambda base: None)  # what waits comes first, where it can be written
            return self._do(lambda base: base.execute(query, values).fetchall(), flush=False) or []

    # ---- the file ----

    def _do(self, work: Callable[[sqlite3.Connection], _T], *, flush: bool = True) -> _T | None:
        """Write what waits, then work on the open file; None when that cannot be done now. The lock is held."""
        for again in (True, False):
            try:
                base = self._opened()
                if flush:
                    self._flush(base)
                return work(base)
            except (sqlite3.Error, OSError, UnicodeDecodeError) as error:  # the last: sqlite3 quotes a damaged file in its message
                if not (again and _is_damaged(error) and self._set_aside()):
                    self._trouble(error)
                    return None
        return None

    def _opened(self) -> sqlite3.Connection:
        if self._open is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch(mode=0o600)  # what people asked is nobody else's business
            base = sqlite3.connect(self._path, timeout=_BUSY, check_same_thread=False, isolation_level=None)
            try:
                _prepare(base)
            except BaseException:
                base.close()
                raise
            self._open = base
        return self._open

    def _flush(self, base: sqlite3.Connection) -> None:
        today = self._clock().astimezone(CHINA).date()
        if not self._pending and self._swept == today.isoformat():
            return
        base.execute("BEGIN IMMEDIATE")
        try:
            for statement, values in self._pending:
                base.execute(statement, values)
            if self._swept != today.isoformat():
                oldest = (today - timedelta(days=self._days)).isoformat()
                base.execute("DELETE FROM asked WHERE at < ?", (oldest,))
                base.execute("DELETE FROM feedback WHERE at < ?", (oldest,))
            base.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                base.execute("ROLLBACK")
            raise
        self._swept = today.isoformat()
        self._pending.clear()

    def _set_aside(self) -> bool:
        """Move a damaged file away; whether a new one can be begun."""
        self._forget()
        aside = self._path.with_name(f"{self._path.name}.damaged-{self._clock().strftime('%Y%m%dT%H%M%S%f')}")
        try:
            self._path.replace(aside)
            for tail in ("-wal", "-shm"):
                self._path.with_name(self._path.name + tail).unlink(missing_ok=True)
        except OSError:
            return False
        self._say(f"提问记录的文件坏了,已改名为 {aside.name},从现在起记到新文件里;回答不受影响")
        return True

    def _trouble(self, error: Exception) -> None:
        """Leave the file alone for a while; say so once, unless it is only busy."""
        now = self._clock()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return
        self._forget()
        if now >= self._quiet_until:
            self._say(f"提问记录现在写不进 {self._path}({' '.join(str(error).split())});请检查磁盘空间和权限,回答不受影响")
        self._quiet_until = now + _AGAIN

    def _forget(self) -> None:
        if self._open is not None:
            with suppress(sqlite3.Error):
                self._open.close()
        self._open = None


def open_log(state: Path, retention_days: int, say: Callable[[str], None] = log.warning) -> Log:
    """The log in a state folder."""
    return Log(state / "log.sqlite3", retention_days, say)


def _second(now: datetime) -> str:
    return now.astimezone(CHINA).isoformat(timespec="seconds")


def _prepare(base: sqlite3.Connection) -> None:
    """Tables as this version wants them.

    Raises:
        sqlite3.DatabaseError: the file is damaged, or another version's.
    """
    with closing(base.execute("PRAGMA journal_mode = WAL")):
        pass
    base.execute("PRAGMA synchronous = NORMAL")
    base.execute("PRAGMA secure_delete = ON")  # what is removed after its time is gone
    [(version,)] = base.execute("PRAGMA user_version").fetchall()
    if version not in (0, _VERSION):
        raise _OtherVersion
    base.executescript(_TABLES)
    if version != _VERSION:  # writing it again would need room on a full disk
        base.execute(f"PRAGMA user_version = {_VERSION}")


class _OtherVersion(sqlite3.DatabaseError):
    """The tables are not ours."""


def _is_damaged(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) or 0
    wrong_tables = isinstance(error, sqlite3.OperationalError) and "no such column" in str(error)
    unreadable = isinstance(error, _OtherVersion | UnicodeDecodeError)
    return unreadable or wrong_tables or code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _where(wanted: Search) -> tuple[str, list[object]]:
    """The WHERE clause of a search; what was typed goes in as values only."""
    parts: list[str] = []
    values: list[object] = []
    for word in wanted.text.split():
        parts.append("instr(lower(question), lower(?)) > 0")
        values.append(word)
    if wanted.outcome in ("answered", "refused"):
        parts.append(f"answered = {int(wanted.outcome == 'answered')}")
    elif wanted.outcome:
        parts.append("reason = ?")
        values.append(wanted.outcome)
    if wanted.vote:
        parts.append({"up": "up > 0", "down": "down > 0"}.get(wanted.vote, "voted IS NOT NULL"))
    if wanted.first:
        parts.append("at >= ?")
        values.append(wanted.first)
    if wanted.last:
        parts.append("substr(at, 1, 10) <= ?")
        values.append(wanted.last)
    return (f"WHERE {' AND '.join(parts)}" if parts else ""), values


def _entry(row: tuple[Any, ...]) -> Entry:
    *known, up, down, why = row
    values = dict(zip(_KNOWN, known, strict=True))
    return Entry(**values | {"answered": bool(values["answered"])}, up=up or 0, down=down or 0, why=why or "")


def _day(day: str, rows: Sequence[tuple[int, float]], up: int, down: int) -> Day:
    times = sorted(milliseconds for _, milliseconds in rows)
    median, slowest = (times[len(times) // 2], times[min(len(times) - 1, len(times) * 95 // 100)]) if times else (0.0, 0.0)
    return Day(day, len(rows), sum(answered for answered, _ in rows), median, slowest, up, down)


def _alike(questions: Sequence[str]) -> Iterator[list[int]]:
    """Places of questions that are alike, each in one group: the first that is alike to a group's first joins it."""
    sets = [pair_set(same_question(question)) or frozenset((question,)) for question in questions]
    heads: dict[str, list[int]] = defaultdict(list)  # character pair -> places of groups' first questions
    groups: dict[int, list[int]] = {}
    for place, pairs in enumerate(sets):
        near = Counter(head for pair in pairs for head in heads[pair])
        best = max(near, key=lambda head: (dice(pairs, sets[head]), -head), default=None)
        if best is not None and dice(pairs, sets[best]) >= _ALIKE:
            groups[best].append(place)
            continue
        groups[place] = [place]
        for pair in pairs:
            heads[pair].append(place)
    yield from groups.values()


def _group(rows: Sequence[tuple[Any, ...]]) -> Group:
    wordings: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for question, reason, count, _ in rows:
        wordings[question] += count
        reasons[reason] += count
    ordered = tuple(sorted(wordings.items(), key=lambda item: (-item[1], item[0])))
    return Group(sum(wordings.values()), ordered, reasons.most_common(1)[0][0], max(str(row[3]) for row in rows))
