"""Texts -> unit vectors by onnxruntime, for a model folder whose ``model.onnx`` was written by ``index/model/make.py``."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import ModelError
from index.base import Vectors
from index.memory import give_back

GRAPH = "model.onnx"
_TOKENS = 512  # of one batch, filled-up places counted; its widest table then stays near the processor: 2048 take a tenth longer
_TEXTS = 64  # of one batch, at most


class OnnxModel:
    """A model in memory. Safe to use from several threads at once; each call is computed by its own thread alone.

    A text's vector may differ in the last places (within 1e-5) with what it is batched with.
    """

    engine = "onnxruntime"

    def __init__(self, folder: Path, hashes: Mapping[str, str]) -> None:
        """Load the graph and the weights beside it.

        Args:
            folder: of the model.
            hashes: sha256 of its files as they are now, by name.

        Raises:
            ModelError: the graph was written for other files.
        """
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        # Two threads on one question gain a third when the machine is idle, and wait for each other when it is not; two
        # questions at once, a thread for each, use both processors whatever else runs.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors; they come as exceptions too
        self._session = onnxruntime.InferenceSession(folder / GRAPH, options, providers=["CPUExecutionProvider"])
        give_back()
        written_for = self._session.get_modelmeta().custom_metadata_map
        others = sorted(name for name, sha256 in written_for.items() if hashes.get(name) != sha256)
        if others or not written_for:
            raise ModelError(f"{GRAPH} 不是为旁边的 {'、'.join(others) or '文件'} 写的,要用它请运行 python -m index.model.make --graph {folder}")
        self.dim = int(self._session.get_outputs()[0].shape[1])
        self.prompts: dict[str, str] = _json(folder / "config_sentence_transformers.json").get("prompts", {})
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        places = _json(folder / "config.json")["max_position_embeddings"]
        longest = min(_json(folder / "sentence_bert_config.json")["max_seq_length"], places)
        self._tokenizer.enable_truncation(max_length=longest)
        self._tokenizer.no_padding()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Texts with their prompts -> vectors of length 1, (n, dim), in the order of the texts."""
        tokens = self._tokens(texts)
        out = np.empty((len(tokens), self.dim), np.float32)
        for rows in batches(list(map(len, tokens)), _TOKENS, _TEXTS):
            out[rows] = self._forward([tokens[row] for row in rows])
        return out

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        """Places of the texts in batches of like length, which several threads may compute at once."""
        return list(batches(list(map(len, self._tokens(texts))), _TOKENS, _TEXTS))

    def _tokens(self, texts: Sequence[str]) -> list[list[int]]:
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]

    def _forward(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        ids = np.zeros((len(tokens), max(map(len, tokens))), np.int64)
        mask = np.zeros_like(ids)
        for row, own in enumerate(tokens):
            ids[row, : len(own)] = own
            mask[row, : len(own)] = 1
        [vectors] = self._session.run(["embedding"], {"input_ids": ids, "attention_mask": mask})
        return np.asarray(vectors, np.float32)


def batches(lengths: Sequence[int], most: int, texts: int) -> Iterator[list[int]]:
    """Places of texts, longest first, in runs of ``texts`` at most that fill ``most`` tokens at most when all are as long as the first.

    >>> list(batches([3, 9, 8, 2, 2, 2], 18, 3))
    [[1, 2], [0, 3, 4], [5]]
    """
    order = sorted(range(len(lengths)), key=lambda place: -lengths[place])
    first = 0
    while first < len(order):
        size = min(texts, max(1, most // lengths[order[first]]))
        yield order[first : first + size]
        first += size


def _json(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
