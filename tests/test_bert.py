"""Our own forward pass gives the library's vectors; what a text is computed with never changes its vector."""

import json
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
import torch

import index.bert
from corpus.errors import ModelError
from index.bert import Bert, readable
from index.embed import DEFAULT_MODEL, Embedder, _Library
from index.together import Kept, Together

DATA = Path(__file__).parent / "data"
TEXTS = ["query: 加装电梯一共多少台", "query: ", "passage: " + "很长的一句话," * 200, "query: 🙂侬 Hello,91.4%", "query: 老年人", "query: 疫苗"]


@pytest.fixture(scope="module")
def models() -> dict[torch.dtype, Bert]:
    """The default model in both precisions, whatever this processor would choose."""
    torch.set_num_threads(1)
    found = {}
    for dtype in (torch.float32, torch.bfloat16):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(index.bert, "fastest_precision", lambda *_, dtype=dtype: dtype)
            found[dtype] = Bert(DEFAULT_MODEL)
    return found


def sample() -> list[str]:
    rows = [json.loads(line) for line in (DATA / "model_sample.jsonl").read_text(encoding="utf-8").splitlines()]
    return [f"{row['prompt']}: {row['text']}" for row in rows] + TEXTS


def test_vectors_are_the_librarys(models: dict[torch.dtype, Bert]) -> None:
    expected = _Library(DEFAULT_MODEL).encode(sample())
    assert np.abs(models[torch.float32].encode(sample()) - expected).max() < 1e-5
    assert float((models[torch.bfloat16].encode(sample()) * expected).sum(1).min()) > 0.9995
    assert models[torch.bfloat16].precision is torch.bfloat16


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_company_changes_no_bit(models: dict[torch.dtype, Bert], dtype: torch.dtype) -> None:
    texts = sample()
    together = models[dtype].encode(texts)
    alone = np.concatenate([models[dtype].encode([text]) for text in texts])
    assert (together == alone).all()
    assert models[dtype].encode([]).shape == (0, 384)


def test_a_fast_precision_whose_vectors_differ_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.bert, "fastest_precision", lambda *_: torch.bfloat16)
    monkeypatch.setattr(index.bert, "_SAME", 0.9999999)
    assert Bert(DEFAULT_MODEL).precision is torch.float32


def test_without_onednn_the_plain_product_serves(monkeypatch: pytest.MonkeyPatch, models: dict[torch.dtype, Bert]) -> None:
    monkeypatch.setattr(index.bert, "_onednn", lambda: False)
    plain = Bert(DEFAULT_MODEL)
    assert plain.precision is torch.float32
    assert np.abs(plain.encode(TEXTS) - models[torch.float32].encode(TEXTS)).max() < 1e-5


@pytest.mark.parametrize(
    ("file", "key", "value"),
    [
        ("config.json", "hidden_act", "relu"),
        ("config.json", "architectures", ["XLMRobertaModel"]),
        ("config.json", "position_embedding_type", "relative_key"),
        ("1_Pooling/config.json", "pooling_mode_cls_token", True),
    ],
)
def test_another_make_is_left_to_the_library(tmp_path: Path, file: str, key: str, value: object) -> None:
    folder = shutil.copytree(DEFAULT_MODEL, tmp_path / "model", ignore=shutil.ignore_patterns("*.npz", "*.py"))
    assert readable(folder)
    (folder / file).write_text(json.dumps(json.loads((folder / file).read_text()) | {key: value}))
    assert not readable(folder)


def test_a_folder_left_to_the_library_still_answers(tmp_path: Path) -> None:
    folder = shutil.copytree(DEFAULT_MODEL, tmp_path / "model", ignore=shutil.ignore_patterns("*.npz", "*.py"))
    pooling = {"word_embedding_dimension": 384, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}
    (folder / "1_Pooling/config.json").write_text(json.dumps(pooling))
    vectors = Embedder(folder).encode_queries(["满意率", "疫苗"])
    assert vectors.shape == (2, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(2), abs=1e-5)


def test_those_who_wait_are_computed_together_and_get_their_own() -> None:
    batches: list[list[str]] = []
    busy, go = threading.Event(), threading.Event()

    def encode(texts: list[str]) -> np.ndarray:
        batches.append(list(texts))
        busy.set()
        assert go.wait(10)
        return np.array([[float(text)] for text in texts], np.float32)

    together = Together(encode, places=1)
    got: dict[int, np.ndarray] = {}

    def ask(number: int) -> None:
        got[number] = together.encode([str(number)])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    threads[0].start()
    assert busy.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(together._waiting) < 19:
        threading.Event().wait(0.001)
    go.set()
    for thread in threads:
        thread.join(10)
    assert {number: float(vector[0, 0]) for number, vector in got.items()} == {number: float(number) for number in range(20)}
    assert [len(batch) for batch in batches] == [1, 16, 3]


def test_an_error_comes_to_those_whose_texts_were_with_it() -> None:
    def encode(texts: list[str]) -> np.ndarray:
        raise ModelError("坏了")

    together = Together(encode, places=1)
    for _ in range(2):  # the place is free again
        with pytest.raises(ModelError):
            together.encode(["a"])


def test_kept_vectors_are_bounded_and_the_oldest_go() -> None:
    kept = Kept(most=2)
    for number, text in enumerate("abc"):
        kept.keep([text], np.float32([[number]]))
        kept.of(["a"])
    assert set(kept.of("abc")) == {"a", "c"}
    assert kept.of(["a"])["a"] == [0.0]


def test_a_kept_vector_is_the_one_computed() -> None:
    embedder = Embedder()
    first = embedder.encode_queries(["满意率", "疫苗"])
    embedder._together = None
    assert (embedder.encode_queries(["疫苗", "满意率", "疫苗"]) == first[[1, 0, 1]]).all()
