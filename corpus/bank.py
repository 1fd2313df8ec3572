"""The question bank of a report: a question in readers' words -> the quote that answers, or why none does.

One JSON object a line: ``{"question": …, "quote": …}``, or ``{"question": …, "quote": "", "reason": …}``, and for what
staff add, ``added_by`` and ``added_at``. One question leads to one quote, and a quote stays within one sentence. The
bank that comes with a report and what staff add are two files of this format.
"""

import json
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.causes import cause
from corpus.errors import BankError, BankInputError
from corpus.fold import fold
from corpus.report import Report

# Why a report does not answer -> what is missing, said after “报告里没有写到这件事的”; "" where nothing can be named.
REASONS: dict[str, str] = {
    "phone": "电话",
    "address": "地址",
    "hours": "开放时间",
    "person_name": "姓名",
    "org_name": "单位名称",
    "procedure": "办事步骤",
    "money": "费用",
    "date": "时间",
    "cause": "原因",
    "opinion": "评价",
    "other_year": "其他年份的数据",
    "other_place": "其他地方的情况",
    "off_topic": "",
    "smalltalk": "",
    "injection": "",
    "detail_absent": "具体细节",
}

LONGEST_QUESTION = 500  # characters
_FIELDS = ("question", "quote", "reason", "added_by", "added_at")
_HALF = re.compile("[\ud800-\udfff]")  # half a character
_LOCK_WAIT = 10.0  # seconds that a second writer waits for the first
_SHOWN = 3  # problems told in one message


@dataclass(frozen=True, slots=True)
class BankQuestion:
    """One line of a bank. Made only when it holds together; whether the quote is in the report, ``read_bank`` checks."""

    question: str  # as a reader would type it
    quote: str  # verbatim from the report, within one sentence; "" exactly when ``reason`` is set
    reason: str = ""  # a key of REASONS, for a question that the report does not answer
    added_by: str = ""  # a name or initials, "" for what comes with the report
    added_at: str = ""  # ISO 8601, "2022-04-01T09:30:00+00:00"

    def __post_init__(self) -> None:
        """Refuse a line that does not hold together."""
        problem = _problem(self)
        if problem:
            raise BankInputError(problem)


def _problem(entry: BankQuestion) -> str:
    """What is wrong with a line in itself; "" for nothing."""
    if not entry.question.strip():
        return "question 是空的;请写上问题"
    if len(entry.question) > LONGEST_QUESTION:
        return f"question 有 {len(entry.question)} 个字;请缩到 {LONGEST_QUESTION} 字以内"
    if entry.reason and entry.reason not in REASONS:
        return f"reason “{entry.reason[:40]}”不认识;请从这些里选:{'、'.join(REASONS)}"
    if entry.quote and entry.reason:
        return "quote 和 reason 都写了;答得了留 quote,答不了留 reason"
    if not entry.quote and not entry.reason:
        return "quote 和 reason 都没写;请摘报告原话写进 quote,报告没写的请写 reason"
    if entry.added_at and not _is_time(entry.added_at):
        return f"added_at “{entry.added_at[:40]}”不是时间;请写成 2022-04-01T09:30:00+08:00 这样"
    if any(map(_HALF.search, (entry.question, entry.quote, entry.reason, entry.added_by, entry.added_at))):
        return "有一个字符不完整;请重新输入这一行"
    return ""


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def same_question(text: str) -> str:
    """What two questions share when only width, case, script, white space and punctuation tell them apart.

    >>> same_question("热线 滿意率,多少?") == same_question("热线满意率多少")
    True
    >>> same_question("91.4%是什么") == same_question("914是什么")
    False
    """
    folded = fold(text)
    kept = re.sub(r"(?<=\d)\.(?=\d)", "\0", folded)  # a decimal point is no punctuation
    bare = "".join(char for char in kept if char in "\0%" or not _is_mark(char)).replace("\0", ".")
    return bare or "".join(folded.split())


@lru_cache(maxsize=65536)
def _is_mark(char: str) -> bool:
    return char == "~" or unicodedata.category(char)[0] in "PZC"


def quote_problem(quote: str, report: Report) -> str:
    """Why a quote cannot be cited from a report, in plain Chinese; "" when it can."""
    sentences = report.sentences_of(quote)
    if not sentences:
        return f"quote “{_short(quote)}”不是《{report.about.title}》里的原话;请从报告里一字不差地摘"
    if len(sentences) > 1:
        return f"quote “{_short(quote)}”跨了 {len(sentences)} 句;请只摘回答问题的那一句"
    return ""


def _short(text: str) -> str:
    return text if len(text) <= 20 else text[:20] + "…"


def read_bank(path: Path, report: Report, *, replaced: bool = False) -> tuple[BankQuestion, ...]:
    """The questions in a file, in its order; () when there is no such file.

    Args:
        path: the file.
        report: whose bank it is.
        replaced: the report had another text once; questions whose quote went with it are passed over.

    Raises:
        BankError: the file cannot be read, or a line is not valid: the message names the lines and says what to do.
    """
    numbered = _parse(_read(path), path.name)
    if replaced:
        numbered = [(number, entry) for number, entry in numbered if not entry.quote or not quote_problem(entry.quote, report)]
    return _checked(numbered, report, path.name)


def import_bank(text: str, report: Report) -> tuple[BankQuestion, ...]:
    """The questions in a text of JSON lines, such as ``export_bank`` gives.

    Raises:
        BankInputError: a line is not valid for this report.
    """
    try:
        return _checked(_parse(text.removeprefix("\ufeff"), "导入的题库"), report, "导入的题库")
    except BankError as error:
        raise BankInputError(str(error)) from error


def export_bank(entries: Iterable[BankQuestion]) -> str:
    """JSON lines of questions; fields that are empty and optional are left out."""
    return "".join(_line(entry) for entry in entries)


def append_bank(path: Path, report: Report, *entries: BankQuestion) -> None:
    """Add questions to a file, which need not exist yet: all, or none. On return they are on the disk; a crash leaves the old file.

    Raises:
        BankInputError: a quote is not in the report, or a question is already there.
        BankError: the file cannot be read or written.
    """
    for entry in entries:
        problem = quote_problem(entry.quote, report) if entry.quote else ""
        if problem:
            raise BankInputError(problem)
    with _locked(path):
        stored = _stored(path)
        there = {same_question(entry.question): entry for entry in stored}
        for entry in entries:
            old = there.setdefault(same_question(entry.question), entry)
            if old is not entry:
                raise BankInputError(f"题库里已经有“{_short(old.question)}”;要改它的答案,请先删去再加")
        _replace(path, export_bank([*stored, *entries]))


def remove_bank(path: Path, question: str) -> BankQuestion:
    """Take a question out of a file and return it; punctuation and width need not be as stored.

    Raises:
        BankInputError: there is no such question.
        BankError: the file cannot be read or written.
    """
    with _locked(path):
        entries = _stored(path)
        gone = [entry for entry in entries if same_question(entry.question) == same_question(question)]
        if not gone:
            raise BankInputError(f"题库里没有“{_short(question)}”;看看有哪些:python -m qa bank list")
        _replace(path, export_bank(entry for entry in entries if entry not in gone))
        return gone[0]


def overlay(shipped: Iterable[BankQuestion], added: Iterable[BankQuestion]) -> tuple[BankQuestion, ...]:
    """Both banks as one; where the same question is in both, what staff added holds."""
    added = tuple(added)
    if not added:  # a bank holds no question twice
        return tuple(shipped)
    merged = {same_question(entry.question): entry for entry in shipped}
    merged.update((same_question(entry.question), entry) for entry in added)
    return tuple(merged.values())


def _stored(path: Path) -> list[BankQuestion]:
    """What is in a file, quotes unchecked: a stale line must not stand in the way of removing it."""
    return [entry for _, entry in _parse(_read(path), path.name)]


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise BankError(f"读不到题库 {path}:{cause(error)};请检查文件能不能读") from error
    except UnicodeDecodeError as error:
        raise BankError(f"题库 {path} 不是 UTF-8 编码(第 {error.start} 字节);请另存为 UTF-8 再试") from error


def _parse(text: str, name: str) -> list[tuple[int, BankQuestion]]:
    """Lines and their numbers, from 1; blank lines are passed over.

    Only a line feed ends a line: JSON strings may hold other marks that ``splitlines`` would cut at.
    """
    found, problems = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            found.append((number, _entry(line)))
        except BankError as error:
            problems.append((number, str(error)))
    _raise_any(problems, name)
    return found


def _entry(line: str) -> BankQuestion:
    try:
        table = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BankError("不是一行完整的 JSON;请补全或删去这一行") from error
    if not isinstance(table, dict):
        raise BankError('要写成 {"question": …, "quote": …} 这样')
    unknown = sorted(set(table) - set(_FIELDS))
    if unknown:
        raise BankError(f"不认识的字段“{_short(unknown[0])}”;可用的有:{'、'.join(_FIELDS)}")
    wrong = [name for name, value in table.items() if not isinstance(value, str)]
    if wrong:
        raise BankError(f"{wrong[0]} 不是文字;请用引号括起来")
    return BankQuestion(**{"question": "", "quote": "", **table})


def _checked(numbered: Iterable[tuple[int, BankQuestion]], report: Report, name: str) -> tuple[BankQuestion, ...]:
    """The same questions, known to be different ones and to quote this report."""
    seen: dict[str, tuple[int, BankQuestion]] = {}
    problems = []
    for number, entry in numbered:
        problem = quote_problem(entry.quote, report) if entry.quote else ""
        first, old = seen.setdefault(same_question(entry.question), (number, entry))
        if first != number:
            other = "" if (old.quote, old.reason) == (entry.quote, entry.reason) else ",答案却不同"
            problem = f"“{_short(entry.question)}”和第 {first} 行是同一个问题{other};请只留一行"
        if problem:
            problems.append((number, problem))
    _raise_any(problems, name)
    return tuple(entry for _, entry in seen.values())


def _raise_any(problems: Sequence[tuple[int, str]], name: str) -> None:
    if not problems:
        return
    told = ";".join(f"第 {number} 行:{problem}" for number, problem in problems[:_SHOWN])
    more = f"(一共 {len(problems)} 行有问题)" if len(problems) > _SHOWN else ""
    raise BankError(f"{name} {told}{more}")


def _line(entry: BankQuestion) -> str:
    table = {name: value for name, value in asdict(entry).items() if value or name in ("question", "quote")}
    return json.dumps(table, ensure_ascii=False) + "\n"


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the right to write a file, across threads and processes; a second writer waits."""
    lock = FileLock(path.with_name(f".{path.name}.lock"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=_LOCK_WAIT)
    except Timeout as error:
        raise BankError(f"另一个程序正在改题库 {path};请过一会儿再试") from error
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        yield
    finally:
        lock.release()


def _replace(path: Path, body: str) -> None:
    """Write a file beside, sync it, and put it in place: at any moment the old or the new is there whole."""
    draft = path.with_name(f".{path.name}.new")  # one name: the lock is held, and the next writer overwrites leftovers
    try:
        with draft.open("wb") as file:
            file.write(body.encode())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> BankError:
    return BankError(f"写不进题库 {path}:{cause(error)};原来的没有动。请检查磁盘空间和权限")
