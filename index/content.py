"""What the library asks the index to hold, told by the names of its shards, before any report is split.

A shard's name comes from all that decides what is in it: text, title, bank, names that must not be cut, and the code and
packages that split and cut. So a change of any of them asks for another shard, and nothing else does.
"""

import hashlib
import importlib.metadata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import corpus.fold
import corpus.split
import index.dictionary
import index.rows
import index.words
from corpus.bank import BankQuestion
from corpus.errors import BankError, ReportError
from corpus.library import Library
from corpus.report import About, Report
from index.store import FORMAT

Banks = Callable[[str], Sequence[BankQuestion]]  # report_id -> its bank questions
_DECIDES = (corpus.fold, corpus.split, index.dictionary, index.rows, index.words)
_CUTTERS = ("jieba", "opencc")


@dataclass(frozen=True, slots=True)
class Source:
    """One report as the index wants it, not yet split."""

    about: About
    key: str  # names what its shard holds
    size: int  # of the text, in characters; to estimate how long it takes


@dataclass(frozen=True)
class Content:
    """Every report that can be used, in order of its name."""

    library: Library = field(repr=False)
    banks: Banks = field(repr=False)
    sources: tuple[Source, ...]
    names: tuple[str, ...]  # that must not be cut into words
    problems: tuple[str, ...]  # one line for each report that cannot be used
    digest: str  # of all keys: same digest, same rows

    @property
    def reports(self) -> tuple[Report, ...]:
        """The reports, split; the library keeps them."""
        return tuple(self.library.report(source.about.report_id) for source in self.sources)


def read_content(library: Library, banks: Banks = lambda _: ()) -> Content:
    """Name the shards that the library needs; reads the reports and keeps none. One that cannot be used is passed over.

    Args:
        library: the reports.
        banks: the bank questions of a report, by its id.

    Raises:
        ReportError, BankError: no report can be used; of several, the first one's error.
    """
    names: dict[str, None] = {}
    read: list[tuple[About, str, str]] = []
    errors: list[ReportError | BankError] = []
    for report_id in library.report_ids():
        try:
            own_names = library.names_of(report_id)
            about, text = library.stored(report_id)
            read.append((about, text, _digest(repr(banks(report_id)))))
            names.update(dict.fromkeys(own_names))
        except (ReportError, BankError) as error:
            errors.append(error)
    if errors and not read:
        raise errors[0]
    sources = tuple(_source(about, text, bank, tuple(names)) for about, text, bank in read)
    problems = tuple(f"{error};这份先跳过,别的照常" for error in errors)
    return Content(library, banks, sources, tuple(names), problems, _digest(*(source.key for source in sources)))


def _source(about: About, text: str, bank: str, names: Sequence[str]) -> Source:
    inside = sorted(name for name in names if name in text or name in about.title)
    return Source(about, _digest(cutting_code(), repr(about), bank, *inside)[:32], len(text))


@lru_cache(maxsize=1)
def cutting_code() -> str:
    """What splits reports and cuts words, as a hash: format, own code, packages."""
    sources = [Path(str(module.__file__)).read_text(encoding="utf-8") for module in _DECIDES]
    return _digest(str(FORMAT), *sources, *(importlib.metadata.version(name) for name in _CUTTERS))


def _digest(*parts: str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)} {part}".encode())
    return digest.hexdigest()
