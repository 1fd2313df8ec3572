"""The words that a speller trusts: counted once, kept in a file, and used only for the very questions it was made of."""

from pathlib import Path

import pytest
from fakes import CountingEncoder

from corpus.bank import BankQuestion
from corpus.library import Library
from index.build import index_in_memory, read_content
from index.passage_index import PassageIndex
from index.words import learn_names
from qa import vocabulary as spelling
from qa.vocabulary import vocabulary

ASKED = "粮食补贴发了没有"


def an_index(library: Library, times: int) -> PassageIndex:
    """An index whose bank asks one thing so many times."""
    bank = tuple(BankQuestion(f"{ASKED}{place}", "粮食产量增长5.2%。") for place in range(times))
    return index_in_memory(read_content(library, lambda name: bank if name == "plan-2020" else ()), CountingEncoder())


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many questions were cut, each time."""
    counted: list[int] = []
    real = spelling._common
    monkeypatch.setattr(spelling, "_common", lambda questions: (counted.append(len(questions)), real(questions))[1])
    return counted


def test_words_of_reports_and_those_that_many_questions_use(library: Library) -> None:
    assert "补贴" not in vocabulary(an_index(library, 5))
    known = vocabulary(an_index(library, 6))
    assert {"补贴", "粮食", "产量", "教育"} <= known


def test_what_is_kept_is_what_was_counted(library: Library, tmp_path: Path, counted: list[int]) -> None:
    index = an_index(library, 7)
    assert vocabulary(index, tmp_path / "kept") == vocabulary(index, tmp_path / "kept") == vocabulary(index)
    assert counted == [7, 7]  # once for the file, once without it


def test_another_bank_and_other_names_are_counted_anew(library: Library, tmp_path: Path, counted: list[int]) -> None:
    for times in (7, 8):
        vocabulary(an_index(library, times), tmp_path / "kept")
    learn_names(["发了没有"])
    assert "发了没有" in vocabulary(an_index(library, 8), tmp_path / "kept")
    assert counted == [7, 8, 8]


@pytest.mark.parametrize("spoilt", [b"", b"\n", b"1\n[]", b"nothing", b"\xff\n\xff"])
def test_a_spoilt_file_is_made_again(library: Library, tmp_path: Path, counted: list[int], spoilt: bytes) -> None:
    index = an_index(library, 7)
    known = vocabulary(index, tmp_path / "kept")
    [path] = (tmp_path / "kept").iterdir()
    whole = path.read_bytes()
    path.write_bytes(spoilt or whole[:-5])
    assert vocabulary(index, tmp_path / "kept") == known
    assert (counted, path.read_bytes()) == ([7, 7], whole)


def test_where_nothing_can_be_kept_the_words_are_counted(library: Library, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "补贴" in vocabulary(an_index(library, 7), tmp_path / "file" / "kept")
