"""A model that cannot be had gives one clear line; the one that ships gives unit vectors in the order asked, from any thread."""

import os
import re
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import ModelError
from index.embed import DEFAULT_MODEL, Embedder

TEXTS = ["加装电梯一共多少台", "疫苗", "今年以来,街道共办结受理“12345”市民服务热线工单2905件,满意率91.4%。" * 3, "", "🙂", "满意率"]


def said(name: str | Path) -> str:
    with pytest.raises(ModelError) as raised:
        Embedder(name).encode_queries(["满意率"])
    message = str(raised.value)
    assert re.search("[\u4e00-\u9fff]", message)
    assert "\n" not in message
    assert "请" in message
    return message


def test_a_hub_name_that_this_machine_does_not_have(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    assert "youju-tests/no-such-model" in said("youju-tests/no-such-model")
    assert "YOUJU_MODEL" in said("no-such-model")
    assert os.environ["HF_HUB_OFFLINE"] == "1"


@pytest.mark.parametrize("name", ["./none", "/nowhere/at/all", "~/none", "a/b/c", "", "名字/不行", "a b"])
def test_names_that_are_no_model(name: str) -> None:
    assert "YOUJU_MODEL" in said(name)


def test_a_folder_that_is_no_model(tmp_path: Path) -> None:
    assert str(tmp_path) in said(tmp_path)
    with pytest.raises(ModelError, match="YOUJU_MODEL"):
        _ = Embedder(tmp_path).fingerprint  # before a single file of it is read


@pytest.mark.parametrize("missing", ["model.safetensors", "tokenizer.json", "config.json"])
def test_a_model_with_a_file_missing(tmp_path: Path, missing: str) -> None:
    folder = shutil.copytree(DEFAULT_MODEL, tmp_path / "model", ignore=shutil.ignore_patterns(missing))
    assert str(folder) in said(folder)


@pytest.mark.parametrize("damaged", ["model.safetensors", "tokenizer.json", "config.json", "modules.json"])
def test_a_model_with_a_file_cut_short(tmp_path: Path, damaged: str) -> None:
    folder = shutil.copytree(DEFAULT_MODEL, tmp_path / "model")
    path = folder / damaged
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert str(folder) in said(folder)


def test_the_fingerprint_is_of_the_files_that_decide_the_vectors(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    prints = set()
    for name, text in (("config.json", "{}"), ("config.json", "{ }"), ("tokenizer.json", "{}"), ("model.safetensors", "w")):
        (folder / name).write_text(text)
        prints.add(Embedder(folder).fingerprint)
    assert len(prints) == 4
    (folder / "README.md").write_text("a card")
    assert Embedder(folder).fingerprint in prints
    assert Embedder(folder).fingerprint == Embedder(shutil.copytree(folder, tmp_path / "copy" / "model")).fingerprint


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder()


@pytest.mark.model
def test_vectors_come_in_the_order_asked(embedder: Embedder) -> None:
    together = embedder.encode_queries(TEXTS)
    assert together.shape == (len(TEXTS), embedder.dim) == (6, 384)
    assert together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(6), abs=1e-5)
    for text, vector in zip(TEXTS, together, strict=True):
        [alone] = embedder.encode_queries([text])
        assert float(alone @ vector) > 0.9999


@pytest.mark.model
def test_nothing_gives_nothing(embedder: Embedder) -> None:
    assert embedder.encode_passages([]).shape == (0, 384)


@pytest.mark.model
def test_questions_and_passages_have_prompts_of_their_own(embedder: Embedder) -> None:
    [query], [passage] = embedder.encode_queries(["满意率"]), embedder.encode_passages(["满意率"])
    assert 0.5 < float(query @ passage) < 0.9999


@pytest.mark.model
def test_progress_is_told_up_to_the_end(embedder: Embedder) -> None:
    told: list[tuple[int, int]] = []
    embedder.encode_queries(["字"] * 130, lambda done, total: told.append((done, total)))
    assert told == [(64, 130), (128, 130), (130, 130)]


@pytest.mark.model
def test_several_threads_get_what_one_gets(embedder: Embedder) -> None:
    alone = embedder.encode_queries(TEXTS)
    got: list[np.ndarray] = []
    threads = [threading.Thread(target=lambda: got.append(embedder.encode_queries(TEXTS))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 4
    assert all(np.allclose(one, alone, atol=1e-5) for one in got)
