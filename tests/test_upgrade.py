"""An index that the last version of the program built (``tests/data/index_v1``, made by that version) meets this one."""

import shutil
from pathlib import Path

import pytest
from fakes import CountingEncoder

from corpus.errors import SearchIndexError
from corpus.library import Library
from index.build import build_index, load_index, read_content
from index.store import current_name, open_version
from qa.service import Service

BEFORE = Path(__file__).parent / "data" / "index_v1"


@pytest.fixture
def before(tmp_path: Path) -> Path:
    return shutil.copytree(BEFORE, tmp_path / "there")


def service(folder: Path, said: list[str]) -> Service:
    return Service(reports=folder / "reports", index=folder / "index", encoder=CountingEncoder(), bank=False, say=said.append)


def test_the_old_index_is_replaced_with_one_word_and_then_never_again(before: Path) -> None:
    said: list[str] = []
    old = current_name(before / "index")
    service(before, said).warm()
    assert len(said) == 1
    assert "正在重建索引" in said[0]
    assert current_name(before / "index") != old
    open_version(before / "index")  # whole
    service(before, said).warm()
    assert len(said) == 1


def test_what_was_embedded_before_is_found_like_what_is_embedded_now(before: Path, tmp_path: Path) -> None:
    content = read_content(Library(before / "reports"))
    upgraded = build_index(content, CountingEncoder(), before / "index")
    fresh = build_index(content, CountingEncoder(), tmp_path / "fresh")
    [query] = CountingEncoder().encode_queries(["教育增长"])
    for kind in ("sentence", "clause", "context"):
        found, wanted = (index.search(kind, query, 9) for index in (upgraded, fresh))
        assert [(hit.row.text, round(hit.score, 5)) for hit in found] == [(hit.row.text, round(hit.score, 5)) for hit in wanted] != []


def test_an_upgrade_that_fails_leaves_the_old_index_alone(before: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    files = {path: path.read_bytes() for path in (before / "index").rglob("*") if path.is_file()}
    content = read_content(Library(before / "reports"))
    with pytest.raises(SearchIndexError):
        load_index(content, CountingEncoder(), before / "index")
    monkeypatch.setattr("corpus.durable.os.fsync", full)
    with pytest.raises(SearchIndexError):
        build_index(content, CountingEncoder(), before / "index")
    assert {path: path.read_bytes() for path in files} == files
