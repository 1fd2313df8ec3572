"""Texts -> float32 unit vectors by an embedding model; offline unless a setting allows a download.

A folder with a ``model.onnx`` of our making is computed by onnxruntime, every other model by sentence-transformers.
"""

import hashlib
import logging
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import numpy as np

from corpus.causes import cause
from corpus.errors import ModelError, NoModel
from index.base import Vectors
from index.batching import MOST_TOGETHER, Kept, Together
from index.onnx_model import GRAPH, OnnxModel

log = logging.getLogger("youju")
DEFAULT_MODEL = Path(__file__).parent / "model"
Progress = Callable[[int, int], None]  # texts done, texts in all
_BATCH = 64


class Encoder(Protocol):
    """What the index needs of a model; tests bring their own."""

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        ...

    @property
    def fingerprint(self) -> str:
        """Name and hash; another model, or the same with other weights, has another one."""
        ...

    def encode_queries(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Questions -> (n, dim) unit vectors."""
        ...

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Report texts -> (n, dim) unit vectors."""
        ...


class Model(Protocol):
    """A model in memory, whoever computes it."""

    dim: int
    prompts: dict[str, str]
    engine: str  # the library that computes it

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Texts with their prompts -> (n, dim) unit vectors; safe from several threads."""
        ...

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        """Places of texts with their prompts in batches of like length, each worth computing at once."""
        ...


class Embedder:
    """An embedding model, loaded at its first use; safe to use from several threads.

    Questions that wait at the same time are computed together; the vectors of the last ones are kept.
    """

    def __init__(self, model: str | Path = DEFAULT_MODEL, *, download: bool = False, threads: int = 0) -> None:
        """``threads`` batches are computed at once, each by one thread; 0 for one on every processor."""
        self.name = str(model)
        self._download = download
        self._threads = threads or len(os.sched_getaffinity(0))
        self._lock = threading.Lock()
        self._loaded: Model | None = None
        self._failed: ModelError | None = None  # what kept ``load_meanwhile`` from it
        self._hashing = threading.Lock()
        self._hashed: dict[str, str] | None = None  # of the files, by name
        self._together = Together(lambda texts: self._model().encode(texts), self._threads)
        self._kept = Kept()

    def load_meanwhile(self) -> threading.Thread:
        """Load the model in a thread of its own; whoever needs the model before waits for it, and meets its error."""
        loading = threading.Thread(target=self._load_quietly, name="load")
        loading.start()
        return loading

    def _load_quietly(self) -> None:
        try:
            self._model()
        except ModelError as error:
            self._failed = error

    @property
    def fingerprint(self) -> str:
        """Folder name and the hash of the files that decide the vectors."""
        folder = _folder(self.name, self._download)
        return f"{folder.name}:{_joint_hash(self._hashes(folder))}"

    @property
    def engine(self) -> str:
        """The library that computes this model."""
        return self._model().engine

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return self._model().dim

    def encode_queries(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Questions -> (n, dim) unit vectors."""
        if not texts or len(texts) > MOST_TOGETHER:
            return self._encode(texts, "query", progress)
        kept = self._kept.of(texts)
        missing = [text for text in dict.fromkeys(texts) if text not in kept]
        if missing:
            prompt = self._prompt("query")
            new = self._together.encode([prompt + text for text in missing])
            kept |= self._kept.keep(missing, new)
        if progress:
            progress(len(texts), len(texts))
        return np.stack([kept[text] for text in texts])

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Report texts -> (n, dim) unit vectors."""
        return self._encode(texts, "passage", progress)

    def _encode(self, texts: Sequence[str], prompt_name: str, progress: Progress | None) -> Vectors:
        """Many texts: batches of like lengths, several at once."""
        model, prompt = self._model(), self._prompt(prompt_name)
        prompted = [prompt + text for text in texts]
        out = np.empty((len(texts), self.dim), np.float32)
        batches = model.batches(prompted)
        pool = ThreadPoolExecutor(self._threads, "embed")
        try:
            done = 0
            encoded = pool.map(lambda rows: model.encode([prompted[row] for row in rows]), batches)
            for rows, vectors in zip(batches, encoded, strict=True):
                out[rows] = vectors
                done += len(rows)
                if progress:
                    progress(done, len(texts))
        finally:
            pool.shutdown(cancel_futures=True)
        return out

    def _prompt(self, name: str) -> str:
        return self._model().prompts.get(name, "")

    def _model(self) -> Model:
        with self._lock:
            failed, self._failed = self._failed, None
            if failed is not None:
                raise failed
            if self._loaded is None:
                folder = _folder(self.name, self._download)
                self._loaded = _load(folder, self._hashes(folder))
            return self._loaded

    def _hashes(self, folder: Path) -> dict[str, str]:
        """Read once: an index and a graph are held against them."""
        with self._hashing:
            if self._hashed is None:
                self._hashed = _hashes(folder)
            return self._hashed


class LibraryModel:
    """Any model, computed by sentence-transformers."""

    engine = "sentence-transformers"

    def __init__(self, folder: Path) -> None:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()
        logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
        # Weights may be stored as fp16; processors without fp16 arithmetic compute it very slowly, so load as fp32.
        torch.set_num_threads(1)  # as in OnnxModel
        self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True, model_kwargs={"dtype": torch.float32})
        self.dim = int(self._model.get_embedding_dimension() or 0)
        self.prompts = {name: prompt or "" for name, prompt in self._model.prompts.items()}
        self._lock = threading.Lock()

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        """See ``Model.batches``."""
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        return [order[first : first + _BATCH] for first in range(0, len(order), _BATCH)]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See ``Model.encode``."""
        with self._lock:
            vectors = self._model.encode(list(texts), prompt="", batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, np.float32)


def _folder(name: str, download: bool) -> Path:
    """The model's folder; a hub name is looked up among the files that were downloaded before, or downloaded."""
    path = Path(name)
    if name and path.is_dir():
        if not any((path / file).is_file() for file in ("modules.json", "config.json")):
            raise NoModel(f"{name} 不是模型文件夹(没有 modules.json,也没有 config.json);请检查设置 YOUJU_MODEL")
        return path
    if name.startswith((".", "/", "~")) or name.count("/") > 1 or not name:
        raise NoModel(f"模型文件夹 {name} 不存在;请检查设置 YOUJU_MODEL")
    if not download:
        os.environ["HF_HUB_OFFLINE"] = "1"
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, local_files_only=not download))
    except Exception as error:  # the hub's own tree of errors is deep and changes; all of it means: not to be had
        how = "下载不到" if download else "本机没有(没有允许下载)"
        raise ModelError(f"模型 {name} {how};请把 YOUJU_MODEL 改成模型文件夹,或先下载好再试") from error


def _hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of each of the model's files by its path in the folder; README and graph do not decide the vectors."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in (".json", ".safetensors", ".bin", ".txt", ".model"):
            with path.open("rb") as file:
                found[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _joint_hash(hashes: Mapping[str, str]) -> str:
    """First 16 hex digits of the SHA-256 over names and hashes."""
    digest = hashlib.sha256()
    for name, of_file in hashes.items():
        digest.update(name.encode() + bytes.fromhex(of_file))
    return digest.hexdigest()[:16]


def _load(folder: Path, hashes: Mapping[str, str]) -> Model:
    """Load a model, by onnxruntime where its folder has a graph for these files; that failing, one line and the library."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if (folder / GRAPH).is_file():
        try:
            return OnnxModel(folder, hashes)
        except Exception as error:  # a processor or a build that the engine does not know, a damaged graph: the library still answers
            log.warning("onnxruntime 算不了模型 %s(%s);改用 sentence-transformers,慢一些", folder, cause(error))
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    try:
        return LibraryModel(folder)
    except Exception as error:  # whatever is wrong with the files, the remedy is the same
        raise ModelError(f"模型 {folder} 载入失败({cause(error)});请检查文件是否完整,或重新获取项目") from error
