"""Doubles for tests: a model whose scores can be worked out by hand, and small reports."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from index.base import Vectors

WORDS = ("增长", "就业", "粮食", "教育")


class CountingEncoder:
    """Counts four words, so dim is 4; a text without any of them is equally far from all.

    "粮食增长" is (1, 0, 1, 0) / sqrt(2), so its cosine with "增长" is 1 / sqrt(2).
    """

    dim = len(WORDS)

    def __init__(self, name: str = "counting", pause: float = 0.0) -> None:
        self.fingerprint = f"{name}:1"
        self.encoded: list[str] = []
        self._pause = pause  # seconds a text

    def encode_queries(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Vectors:
        return self._encode(texts, progress)

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Vectors:
        return self._encode(texts, progress)

    def _encode(self, texts: Sequence[str], progress: Callable[[int, int], None] | None) -> Vectors:
        self.encoded += texts
        out = np.empty((len(texts), self.dim), np.float32)
        for row, text in enumerate(texts):
            time.sleep(self._pause)
            counts = np.array([text.count(word) for word in WORDS], np.float32)
            counts = counts if counts.any() else np.ones(self.dim, np.float32)
            out[row] = counts / np.linalg.norm(counts)
            if progress:
                progress(row + 1, len(texts))
        return out


def write_report(folder: Path, text: str, about: str = "") -> Path:
    """A report folder with this text."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.txt").write_text(text, encoding="utf-8")
    if about:
        (folder / "about.toml").write_text(about, encoding="utf-8")
    return folder


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine returns; in a thread of its own, for the browser of other tests keeps a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
