"""Texts -> float32 unit vectors, by a sentence-transformers model; offline unless a setting allows a download."""

import hashlib
import logging
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from corpus.errors import ModelError
from index.base import Vectors

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


class Embedder:
    """A sentence-transformers model, loaded at its first use; safe to use from several threads."""

    def __init__(self, model: str | Path = DEFAULT_MODEL, *, download: bool = False, threads: int = 0) -> None:
        self.name = str(model)
        self._download = download
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: Any = None
        self._fingerprint = ""

    @property
    def fingerprint(self) -> str:
        """Folder name and the hash of the files that decide the vectors."""
        if not self._fingerprint:
            self._fingerprint = _fingerprint(_folder(self.name, self._download))
        return self._fingerprint

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return int(self._model().get_embedding_dimension())

    def encode_queries(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Questions -> (n, dim) unit vectors."""
        return self._encode(texts, "query", progress)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Report texts -> (n, dim) unit vectors."""
        return self._encode(texts, "passage", progress)

    def _encode(self, texts: Sequence[str], prompt: str, progress: Progress | None) -> Vectors:
        model = self._model()
        prompt_name = prompt if prompt in model.prompts else None
        out = np.empty((len(texts), self.dim), np.float32)
        order = np.argsort([-len(text) for text in texts], kind="stable")  # like lengths together: no padding wasted
        for first in range(0, len(texts), _BATCH):
            rows = order[first : first + _BATCH]
            with self._lock:
                out[rows] = model.encode(
                    [texts[row] for row in rows],
                    prompt_name=prompt_name,
                    batch_size=_BATCH,
                    normalize_embeddings=True,
                    convert_to_numpy=True,
                    show_progress_bar=False,
                )
            if progress:
                progress(min(first + _BATCH, len(texts)), len(texts))
        return out

    def _model(self) -> Any:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(_folder(self.name, self._download), self._threads)
        return self._loaded


def _folder(name: str, download: bool) -> Path:
    """The model's folder; a hub name is looked up among the files that were downloaded before, or downloaded."""
    path = Path(name)
    if name and path.is_dir():
        if not any((path / file).is_file() for file in ("modules.json", "config.json")):
            raise ModelError(f"{name} 不是模型文件夹(没有 modules.json,也没有 config.json);请检查设置 YOUJU_MODEL")
        return path
    if name.startswith((".", "/", "~")) or name.count("/") > 1 or not name:
        raise ModelError(f"模型文件夹 {name} 不存在;请检查设置 YOUJU_MODEL")
    if not download:
        os.environ["HF_HUB_OFFLINE"] = "1"
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, local_files_only=not download))
    except Exception as error:  # the hub's own tree of errors is deep and changes; all of it means: not to be had
        how = "下载不到" if download else "本机没有(没有允许下载)"
        raise ModelError(f"模型 {name} {how};请把 YOUJU_MODEL 改成模型文件夹,或先下载好再试") from error


def _fingerprint(folder: Path) -> str:
    """First 16 hex digits of the SHA-256 over the model's files, README excepted."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in (".json", ".safetensors", ".bin", ".txt", ".model"):
            digest.update(path.relative_to(folder).as_posix().encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return f"{folder.name}:{digest.hexdigest()[:16]}"


def _load(folder: Path, threads: int) -> Any:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()

    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    if threads:
        torch.set_num_threads(threads)
    try:
        # The weights are stored as fp16; processors without fp16 arithmetic compute it very slowly, so load as fp32.
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True, model_kwargs={"dtype": torch.float32})
    except Exception as error:  # whatever is wrong with the files, the remedy is the same
        raise ModelError(f"模型 {folder} 载入失败({type(error).__name__});请检查文件是否完整,或重新获取项目") from error
