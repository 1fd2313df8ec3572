"""The default model in ``index/model``: whole, small enough, offline, and giving the vectors of the uncut model."""

import hashlib
import json
import os
import socket
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import pytest

MODEL = Path(__file__).parents[1] / "index" / "model"
DATA = Path(__file__).parent / "data"
WEIGHTS = MODEL / "model.safetensors"
REPORT = Path(__file__).parents[1] / "corpus" / "reports" / "yanji-2021" / "report.txt"
MOST_BYTES = 70_000_000
LEAST_COSINE = 0.999  # the right model gives 1.0000, a missing prompt 0.9986 at best, a vocabulary without the prompts' pieces 0.9901


@pytest.fixture(scope="module")
def model():
    """The model as any sentence-transformers user would load it, with the network cut off meanwhile."""
    from sentence_transformers import SentenceTransformer

    def refuse(*_address):
        raise AssertionError("loading the model tried to reach the network")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        return SentenceTransformer(str(MODEL), device="cpu", local_files_only=True)


@pytest.fixture(scope="module")
def sample():
    """Texts with their prompts, and the uncut fp32 model's vectors, (n, 384)."""
    rows = [json.loads(line) for line in (DATA / "model_sample.jsonl").read_text(encoding="utf-8").splitlines()]
    return rows, np.load(DATA / "model_sample.npy").astype(np.float32)


def test_vectors_are_those_of_the_uncut_model(model, sample):
    rows, expected = sample
    assert len(rows) == len(expected) >= 60
    expected = expected / np.linalg.norm(expected, axis=1, keepdims=True)
    for prompt in ("query", "passage"):
        places = [place for place, row in enumerate(rows) if row["prompt"] == prompt]
        assert len(places) >= 25
        got = model.encode([rows[place]["text"] for place in places], prompt_name=prompt)
        cosines = (got * expected[places]).sum(axis=1)  # (n,)
        worst = int(cosines.argmin())
        assert cosines[worst] >= LEAST_COSINE, rows[places[worst]]["text"]


def test_a_missing_prompt_would_be_noticed(model, sample):
    """Were prompts left out, not one question of the sample would still pass."""
    rows, expected = sample
    places = [place for place, row in enumerate(rows) if row["prompt"] == "query"]
    got = model.encode([rows[place]["text"] for place in places])
    assert float((got * expected[places]).sum(axis=1).max()) < LEAST_COSINE


def test_loads_as_float32_unit_vectors_of_384(model):
    assert {str(weight.dtype) for weight in model.parameters()} == {"torch.float32"}
    vectors = model.encode(["加装电梯一共多少台", "疫苗"], prompt_name="query")
    assert vectors.shape == (2, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_passage_prompt_is_also_the_one_for_documents(model):
    text = "全年接种疫苗。"
    assert np.allclose(model.encode_document(text), model.encode(text, prompt_name="passage"))
    assert np.allclose(model.encode_query(text), model.encode(text, prompt_name="query"))


@pytest.mark.parametrize(
    "text", ["query: ", "passage: ", "侬 伐 囡 阿拉", "舊區改造 黨員 總結", "12345热线,2,905件,91.4%", "APP、WiFi、5G"]
)
def test_nothing_that_is_asked_is_unknown(model, text):
    assert model.tokenizer.unk_token_id not in model.tokenizer(text)["input_ids"]


def test_nothing_in_the_report_is_unknown(model):
    for line in REPORT.read_text(encoding="utf-8").splitlines():
        assert model.tokenizer.unk_token_id not in model.tokenizer(line, truncation=False)["input_ids"], line


def test_weights_fit_the_limit_and_are_those_on_the_card():
    assert WEIGHTS.stat().st_size <= MOST_BYTES
    digest = hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()
    assert digest in (MODEL / "README.md").read_text(encoding="utf-8")
