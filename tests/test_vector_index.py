"""One contract for every engine, with numpy as the answer key."""

import os
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import DimensionMismatch, SearchIndexError, SettingsError, YoujuError
from index.base import Hit, VectorIndex, report_range, row_id, split_id
from index.faiss_index import FaissIndex
from index.milvus_index import MilvusIndex, connect, disconnect
from index.numpy_index import NumpyIndex


class ListsIndex(FaissIndex):
    """The kind for many vectors, forced upon few."""

    def __init__(self, dim: int) -> None:
        super().__init__(dim, expected=4, kind="lists")


class LiteIndex(MilvusIndex):
    """A collection of its own in one milvus-lite file, or in the server that ``TEST_MILVUS`` names."""

    address: ClassVar[str] = ""
    made: ClassVar[Iterator[int]] = count()

    def __init__(self, dim: int) -> None:
        super().__init__(dim, f"c{next(self.made)}", self.address)


Engine = type[NumpyIndex] | type[FaissIndex] | type[ListsIndex] | type[LiteIndex]
ENGINES: dict[str, Engine] = {"numpy": NumpyIndex, "faiss": FaissIndex, "lists": ListsIndex, "milvus": LiteIndex}


@pytest.fixture(scope="session", autouse=True)
def lite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    LiteIndex.address = os.environ.get("TEST_MILVUS") or str(tmp_path_factory.mktemp("milvus") / "lite.db")
    connect(LiteIndex.address)
    yield
    disconnect(LiteIndex.address)
EAST, NORTH, NORTHEAST = [1, 0], [0, 1], [0.6, 0.8]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param]


def ids(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


def vectors(*rows: list[float]) -> np.ndarray:
    return np.array(rows, np.float32).reshape(-1, 2)


@pytest.fixture
def three(engine: Engine) -> VectorIndex:
    index = engine(2)
    index.add(ids(7, 3, 5), vectors(EAST, NORTH, NORTHEAST))
    return index


def close(hits: list[Hit], *expected: tuple[int, float]) -> None:
    assert [hit.vector_id for hit in hits] == [vector_id for vector_id, _ in expected]
    assert [hit.score for hit in hits] == pytest.approx([score for _, score in expected], abs=1e-6)


def test_best_comes_first(three: VectorIndex) -> None:
    east, north = three.search(vectors(EAST, NORTH), k=2)
    close(east, (7, 1.0), (5, 0.6))
    close(north, (3, 1.0), (5, 0.8))


def test_asking_for_more_than_there_is_returns_each_once(three: VectorIndex) -> None:
    [hits] = three.search(vectors(EAST), k=100)
    close(hits, (7, 1.0), (5, 0.6), (3, 0.0))
    assert len(three) == 3


def test_equal_scores_are_ordered_by_id(engine: Engine) -> None:
    index = engine(2)
    index.add(ids(9, 2, 4, 1), vectors(EAST, EAST, EAST, NORTH))
    [hits] = index.search(vectors(EAST), k=4)
    assert [hit.vector_id for hit in hits] == [2, 4, 9, 1]


def test_ties_at_the_cut_go_to_the_lower_ids(engine: Engine) -> None:
    index = engine(2)
    index.add(ids(9, 8, 2, 4), vectors(EAST, EAST, EAST, EAST))
    [hits] = index.search(vectors(EAST), k=2)
    assert [hit.vector_id for hit in hits] == [2, 4]


def test_an_empty_index_finds_nothing(engine: Engine) -> None:
    assert engine(2).search(vectors(EAST, NORTH), k=3) == [[], []]
    assert len(engine(2)) == 0


def test_no_queries_no_answers(three: VectorIndex) -> None:
    assert three.search(vectors(), k=3) == []


def test_what_is_removed_is_not_found(three: VectorIndex) -> None:
    three.remove(ids(7, 1000))
    [hits] = three.search(vectors(EAST), k=3)
    close(hits, (5, 0.6), (3, 0.0))
    assert len(three) == 2
    three.remove(ids(3, 5))
    assert three.search(vectors(EAST), k=3) == [[]]
    three.add(ids(7), vectors(NORTH))
    close(three.search(vectors(NORTH), k=3)[0], (7, 1.0))


def test_a_search_stays_within_its_ranges(three: VectorIndex) -> None:
    [hits] = three.search(vectors(EAST), 3, [range(3, 4), range(5, 7)])
    close(hits, (5, 0.6), (3, 0.0))
    assert three.search(vectors(EAST), 3, [range(100, 200)]) == [[]]
    assert three.search(vectors(EAST), 3, []) == [[]]


def test_reports_are_ranges(engine: Engine) -> None:
    index = engine(2)
    index.add(ids(row_id(0, 0), row_id(0, 1), row_id(1, 0), row_id(2, 5)), vectors(EAST, NORTH, EAST, EAST))
    [hits] = index.search(vectors(EAST), 9, [report_range(1), report_range(2)])
    assert [split_id(hit.vector_id) for hit in hits] == [(1, 0), (2, 5)]


def test_vectors_of_another_width_are_refused(three: VectorIndex) -> None:
    wide = np.ones((1, 3), np.float32)
    with pytest.raises(DimensionMismatch, match=r"3.*2"):
        three.add(ids(1), wide)
    with pytest.raises(DimensionMismatch, match=r"3.*2"):
        three.search(wide, 1)
    assert len(three) == 3


def test_vectors_come_back_in_the_order_asked(three: VectorIndex) -> None:
    assert three.get(ids(5, 7, 5)) == pytest.approx(vectors(NORTHEAST, EAST, NORTHEAST))
    assert three.get(ids()).shape == (0, 2)


def test_saved_and_loaded_it_answers_the_same(three: VectorIndex, engine: Engine, tmp_path: Path) -> None:
    three.save(tmp_path / "index")
    loaded = engine.load(tmp_path / "index")
    assert loaded.search(vectors(EAST, NORTH), 3) == three.search(vectors(EAST, NORTH), 3)
    assert (loaded.dim, len(loaded)) == (2, 3)
    loaded.remove(ids(7))
    loaded.add(ids(8), vectors(EAST))
    close(loaded.search(vectors(EAST), 1)[0], (8, 1.0))


def test_an_empty_index_can_be_saved(engine: Engine, tmp_path: Path) -> None:
    engine(2).save(tmp_path / "index")
    assert len(engine.load(tmp_path / "index")) == 0


@pytest.mark.parametrize("raw", [b"", b"not an index", b"\0" * 4000, None], ids=["empty", "words", "zeros", "missing"])
def test_a_file_that_is_no_index(engine: Engine, tmp_path: Path, raw: bytes | None) -> None:
    if raw is not None:
        (tmp_path / "index").write_bytes(raw)
    with pytest.raises(SearchIndexError, match="python -m qa build"):
        engine.load(tmp_path / "index")


def test_a_file_cut_short(three: VectorIndex, engine: Engine, tmp_path: Path) -> None:
    three.save(tmp_path / "index")
    whole = (tmp_path / "index").read_bytes()
    for size in range(0, len(whole), 7):
        (tmp_path / "index").write_bytes(whole[:size])
        with pytest.raises(SearchIndexError):
            engine.load(tmp_path / "index")


# Lengths are 1 and products exact in binary, so engines must agree to the last bit; few directions, so that ties are common.
AXES = [sign * np.eye(4, dtype=np.float32)[axis] for axis in range(4) for sign in (1, -1)]
CORNERS = [np.array([a, b, c, d], np.float32) / 2 for a in (1, -1) for b in (1, -1) for c in (1, -1) for d in (1, -1)]
unit = st.sampled_from(AXES + CORNERS)
some_ids = st.integers(0, 40)


@settings(max_examples=200)
@given(
    st.dictionaries(some_ids, unit, max_size=30),
    st.sets(some_ids),
    st.lists(unit, max_size=3),
    st.integers(1, 40),
    st.none() | st.lists(st.builds(range, some_ids, some_ids), max_size=3),
)
def test_faiss_answers_as_numpy_does(stored, removed, queries, k, within) -> None:
    found = []
    for engine in (NumpyIndex, FaissIndex):
        index = engine(4)
        if stored:
            index.add(np.array(list(stored), np.int64), np.stack(list(stored.values())))
        index.remove(np.array(sorted(removed), np.int64))
        found.append(index.search(np.array(queries, np.float32).reshape(-1, 4), k, within))
    assert found[0] == found[1]


def test_milvus_narrows_by_report_and_year() -> None:
    index = LiteIndex(2)
    numbers = ids(row_id(0, 0), row_id(0, 1), row_id(1, 0), row_id(2, 0))
    index.add(numbers, vectors(EAST, NORTH, EAST, NORTHEAST), [2020, 2020, 2021, 2022])
    [found] = index.search(vectors(EAST), 9, years=[2021, 2022])
    assert [hit.vector_id for hit in found] == [row_id(1, 0), row_id(2, 0)]
    [found] = index.search(vectors(EAST), 9, [report_range(0), report_range(1)], years=[2020])
    assert [hit.vector_id for hit in found] == [row_id(0, 0), row_id(0, 1)]


def test_lists_lose_little_and_a_filter_nothing() -> None:
    dice = np.random.default_rng(3)
    points = dice.standard_normal((6000, 16)).astype(np.float32)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    where = np.array([row_id(number % 60, number // 60) for number in range(6000)], np.int64)
    lists, exact = FaissIndex(16, 6000, "lists"), FaissIndex(16, 6000, "exact")
    lists.train(points[:4000])
    for index in (lists, exact):
        index.add(where, points)
    assert (lists.kind, exact.kind) == ("lists", "exact")

    def shared(within: list[range] | None) -> float:
        pairs = zip(lists.search(points[:50], 10, within), exact.search(points[:50], 10, within), strict=True)
        return float(np.mean([len({h.vector_id for h in a} & {h.vector_id for h in b}) / 10 for a, b in pairs]))

    assert shared(None) > 0.8
    assert shared([report_range(7)]) > 0.95  # all its vectors are read; only the rounding is left
    assert shared([report_range(number) for number in range(3, 60, 9)]) > 0.9
    lists.remove_within(report_range(7))
    assert len(lists) == 5900
    assert lists.search(points[:1], 3, [report_range(7)]) == [[]]


@pytest.mark.parametrize("address", ["", "http://127.0.0.1:9"])
def test_a_milvus_that_cannot_be_reached_is_said_in_one_line(address: str) -> None:
    with pytest.raises(YoujuError, match="YOUJU_MILVUS") as caught:
        connect(address)
    assert "\n" not in str(caught.value)


def test_without_the_package_the_line_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(SettingsError, match="pip install pymilvus"):
        connect("somewhere.db")
