"""Staff's own bank questions: kept in the state folder, beside the bank that travels with a report, and in force at once."""

import logging
import threading
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from corpus.bank import BankQuestion, append_bank, overlay, read_bank, remove_bank, same_question
from corpus.errors import BankError
from corpus.library import Library
from index.embed import Encoder
from index.passage_index import PassageIndex
from index.rows import bank_row

log = logging.getLogger("youju")


class BankDesk:
    """Adds and takes back bank questions, on disk first and then in the running index."""

    def __init__(self, library: Library, state: Path | None) -> None:
        """Without a state folder there is nothing of our own, and nothing can be added."""
        self._library = library
        self._state = state
        self._lock = threading.Lock()
        self._read: dict[str, tuple[object, dict[str, BankQuestion]]] = {}  # report_id -> state of the file, questions by sameness

    def path(self, report_id: str) -> Path | None:
        """Where the own questions of a report are kept; the file need not exist."""
        return self._state / "bank" / f"{report_id}.jsonl" if self._state else None

    def entries(self, report_id: str) -> tuple[BankQuestion, ...]:
        """The bank in force for a report: the shipped one, and our own over it.

        Raises:
            BankError: a file cannot be read, or a line of it is not valid.
        """
        return overlay(self.shipped(report_id), self.own(report_id))

    def shipped(self, report_id: str) -> tuple[BankQuestion, ...]:
        """The questions that travel with the report."""
        return self._questions(self._library.bank_path(report_id), report_id)

    def own(self, report_id: str) -> tuple[BankQuestion, ...]:
        """The questions that staff added."""
        path = self.path(report_id)
        return self._questions(path, report_id) if path else ()

    def _questions(self, path: Path, report_id: str) -> tuple[BankQuestion, ...]:
        if not path.exists():  # most have none: nothing to split
            return ()
        return read_bank(path, self._library.report(report_id), replaced=self._library.was_replaced(report_id))

    def assigned(self, question: str, report_ids: Iterable[str]) -> dict[str, BankQuestion]:
        """What staff assigned a question to, by report; a file that other processes changed is read again."""
        key = same_question(question)
        return {report_id: entry for report_id in report_ids if (entry := self._by_sameness(report_id).get(key)) is not None}

    def _by_sameness(self, report_id: str) -> dict[str, BankQuestion]:
        path = self.path(report_id)
        state = _state_of(path) if path else None
        if state is None:
            return {}
        kept = self._read.get(report_id)
        if kept is None or kept[0] != state:
            try:
                kept = (state, {same_question(entry.question): entry for entry in self.own(report_id)})
            except BankError as error:  # spoilt by hand while serving: what was read before holds until it is mended
                log.warning("%s", error)
                kept = (state, kept[1] if kept else {})
            self._read[report_id] = kept
        return kept[1]

    def add(
        self, report_id: str, entries: Sequence[BankQuestion], index: PassageIndex | None, encoder: Encoder
    ) -> list[BankQuestion]:
        """Keep questions, with the time, all or none, and let them work at once where an index is running.

        Raises:
            BankError: one is not valid or already there, or they cannot be written down.
        """
        report, path = self._library.report(report_id), self._writable(report_id)
        if not entries:
            return []
        now = datetime.now(UTC).isoformat(timespec="seconds")
        dated = [BankQuestion(entry.question, entry.quote, entry.reason, entry.added_by, now) for entry in entries]
        with self._lock:
            append_bank(path, report, *dated)
            if index is not None:
                self._show(report_id, dated, index, encoder)
        return dated

    def remove(self, report_id: str, question: str, index: PassageIndex | None, encoder: Encoder) -> BankQuestion:
        """Take back a question that staff added; a shipped one under it is in force again.

        Raises:
            BankError: staff added no such question, or the file cannot be written.
        """
        path = self._writable(report_id)
        with self._lock:
            gone = remove_bank(path, question)
            if index is not None:
                index.remove_bank(report_id, gone.question)
                again = [entry for entry in self.shipped(report_id) if same_question(entry.question) == same_question(question)]
                self._show(report_id, again, index, encoder)
        return gone

    def _show(self, report_id: str, entries: Sequence[BankQuestion], index: PassageIndex, encoder: Encoder) -> None:
        if not entries:
            return
        keys = {same_question(entry.question) for entry in entries}
        for row in list(index.bank_rows(report_id)):
            if same_question(row.text) in keys:
                index.remove_bank(report_id, row.text)
        report, vectors = self._library.report(report_id), encoder.encode_queries([entry.question for entry in entries])
        for entry, vector in zip(entries, vectors, strict=True):
            index.add_bank(report_id, bank_row(report, entry), vector)

    def _writable(self, report_id: str) -> Path:
        self._library.report(report_id)
        path = self.path(report_id)
        if path is None:
            raise BankError("没有设置状态文件夹,不能添加问题;请设置 YOUJU_STATE")
        return path


def _state_of(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is written; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
