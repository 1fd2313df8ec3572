"""The graph gives the library's vectors; what it cannot compute, the library does, and one line says so."""

import json
import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import ModelError
from index.embed import DEFAULT_MODEL, Embedder, LibraryModel
from index.model.graph import write_graph
from index.onnx_model import OnnxModel

ROOT = Path(__file__).parents[1]
DATA = Path(__file__).parent / "data"
TEXTS = ["query: 加装电梯一共多少台", "query: ", "passage: " + "很长的一句话," * 200, "query: 🙂侬 Hello,91.4%", "query: 老年人", "query: 疫苗"]


def sample() -> list[str]:
    rows = [json.loads(line) for line in (DATA / "model_sample.jsonl").read_text(encoding="utf-8").splitlines()]
    return [f"{row['prompt']}: {row['text']}" for row in rows] + TEXTS


@pytest.fixture(scope="module")
def model() -> OnnxModel:
    found = Embedder()._model()
    assert isinstance(found, OnnxModel)  # a silent fall-back would pass every other test here
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(DEFAULT_MODEL, tmp_path / "model", ignore=shutil.ignore_patterns("*.npz", "*.py", "__pycache__"))


def test_vectors_are_the_librarys(model: OnnxModel) -> None:
    expected = LibraryModel(DEFAULT_MODEL).encode(sample())
    found = model.encode(sample())
    assert float((found * expected).sum(1).min()) >= 0.99999
    assert np.abs(found - expected).max() < 1e-5


def test_company_changes_a_vector_by_less_than_a_hundred_thousandth(model: OnnxModel) -> None:
    texts = sample()
    alone = np.concatenate([model.encode([text]) for text in texts])
    assert np.abs(model.encode(texts) - alone).max() < 1e-5
    assert model.encode([]).shape == (0, 384)
    assert np.linalg.norm(alone, axis=1) == pytest.approx(np.ones(len(texts)), abs=1e-5)


def test_batches_are_of_like_length_and_of_a_size_that_is_quick(model: OnnxModel) -> None:
    texts = [f"passage: {'街道办结热线工单,' * (place % 23)}{place}" for place in range(700)]
    lengths = [len(tokens) for tokens in model._tokens(texts)]
    batches = model.batches(texts)
    assert sorted(place for batch in batches for place in batch) == list(range(700))
    computed = [max(lengths[place] for place in batch) * len(batch) for batch in batches]
    assert max(computed) <= 512
    assert sum(computed) < 1.03 * sum(lengths)  # places that are filled up
    assert len(batches) < 1.2 * sum(lengths) / 512


def test_the_graph_in_the_project_is_what_the_program_writes(folder: Path) -> None:
    written = write_graph(folder).read_bytes()
    assert written == (DEFAULT_MODEL / "model.onnx").read_bytes()
    assert len(written) < 120_000  # no weight of its own


def test_weights_of_another_making_are_left_to_the_library(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = folder / "model.safetensors"
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1  # the lowest bit of one weight
    path.write_bytes(bytes(raw))
    with caplog.at_level(logging.WARNING, "youju"):
        embedder = Embedder(folder)
        assert embedder.encode_queries(["满意率", "疫苗"]).shape == (2, 384)
    assert embedder.engine == "sentence-transformers"
    [line] = [record.getMessage() for record in caplog.records if record.name == "youju"]
    assert "model.onnx 不是为旁边的 model.safetensors 写的" in line
    assert "\n" not in line


@pytest.mark.parametrize("damage", [b"", b"no graph at all"])
def test_a_damaged_graph_costs_speed_and_no_answer(folder: Path, damage: bytes, caplog: pytest.LogCaptureFixture) -> None:
    whole = (folder / "model.onnx").read_bytes()
    (folder / "model.onnx").write_bytes(damage or whole[: len(whole) // 2])
    embedder = Embedder(folder)
    assert embedder.encode_queries(["满意率"]).shape == (1, 384)
    assert embedder.engine == "sentence-transformers"
    assert len([record for record in caplog.records if record.name == "youju"]) == 1


def test_a_folder_without_a_graph_is_the_librarys(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "model.onnx").unlink()
    (folder / "onnx").mkdir()
    (folder / "onnx" / "model.onnx").write_bytes(b"somebody else's")
    embedder = Embedder(folder)
    assert embedder.encode_queries(["满意率"]).shape == (1, 384)
    assert embedder.engine == "sentence-transformers"
    assert not [record for record in caplog.records if record.name == "youju"]


def test_an_error_of_loading_is_told_in_its_own_words(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{}")
    (folder / "tokenizer_config.json").unlink()
    with pytest.raises(ModelError, match=r"载入失败\(\w+: .{10,}\);请检查文件是否完整"):
        Embedder(folder).encode_queries(["满意率"])


def test_a_question_imports_neither_torch_nor_transformers() -> None:
    code = (
        "import sys; from index.embed import Embedder; e = Embedder(); e.encode_queries(['满意率']);"
        "print(e.engine, *sorted({name.split('.')[0] for name in sys.modules} & {'torch', 'transformers', 'sentence_transformers'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, env=dict(os.environ))
    assert done.stdout.split() == ["onnxruntime"]
