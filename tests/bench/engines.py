"""How the kinds of FAISS engine compare: recall against exact search, milliseconds, megabytes, minutes. Not run by pytest.

    python tests/bench/engines.py --index .youju/index --sizes 10000 100000 1000000

Passages are real: the sentences, clauses and headed sentences of the index in a folder, repeated with noise (a copy has a cosine
of about .94 with its original) up to the size. Queries are real, too: questions of its bank, which are among none of them.
Prints one Markdown row as soon as it is measured. A search is one query on one thread.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from index.faiss_index import FaissIndex
from index.shard import read_shard
from index.store import open_version

K = 10
NOISE = 0.35
BLOCK = 50_000
QUERIES = 200


def real_vectors(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Passages and questions of an index."""
    _, manifest = open_version(folder)
    shards = [read_shard(folder / "shards" / report["shard"]) for report in manifest["reports"]]
    passages = [shard.of_kind(kind)[1] for shard in shards for kind in ("sentence", "clause", "context")]
    return np.concatenate(passages), np.concatenate([shard.of_kind("bank")[1] for shard in shards])


def repeated(real: np.ndarray, size: int, dice: np.random.Generator) -> np.ndarray:
    """So many vectors: the real ones, each at most once, and then copies with noise."""
    out = np.empty((size, real.shape[1]), np.float32)
    first = min(size, len(real))
    out[:first] = real[dice.permutation(len(real))[:first]]
    for start in range(first, size, BLOCK):
        stop = min(size, start + BLOCK)
        noise = dice.standard_normal((stop - start, real.shape[1])).astype(np.float32) * (NOISE / real.shape[1] ** 0.5)
        copies = real[dice.integers(len(real), size=stop - start)] + noise
        out[start:stop] = copies / np.linalg.norm(copies, axis=1, keepdims=True)
    return out


def exact(passages: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """The score of each query's Kth nearest: whatever scores as much is a right hit, for some sentences are printed twice."""
    best = np.full((len(queries), K), -2.0, np.float32)
    for start in range(0, len(passages), BLOCK):
        scores = np.hstack([best, queries @ passages[start : start + BLOCK].T])
        best = -np.partition(-scores, K - 1, axis=1)[:, :K]
    return best.min(axis=1) - 1e-5


def ours(kind: Any) -> Callable[[np.ndarray], FaissIndex]:
    """Our engine, of a kind."""

    def make(passages: np.ndarray) -> FaissIndex:
        index = FaissIndex(passages.shape[1], len(passages), kind)
        sample = np.random.default_rng(1).permutation(len(passages))[: index.sample_size]
        index.train(passages[sample])
        for start in range(0, len(passages), BLOCK):
            stop = min(len(passages), start + BLOCK)
            index.add(np.arange(start, stop), passages[start:stop])
        return index

    return make


def graph(passages: np.ndarray) -> FaissIndex:
    """HNSW over one byte a dimension, behind our engine's search."""
    stored: Any = faiss.IndexHNSWSQ(passages.shape[1], faiss.ScalarQuantizer.QT_8bit, 32, faiss.METRIC_INNER_PRODUCT)
    stored.hnsw.efConstruction = 80
    stored.hnsw.efSearch = 256
    stored.train(passages[:20_000])
    stored.add(passages)
    index = FaissIndex(passages.shape[1])
    index._faiss = stored
    return index


def measure(name: str, make: Callable[[np.ndarray], FaissIndex], passages: np.ndarray, queries: np.ndarray, cut: np.ndarray) -> str:
    """One row of the table."""
    faiss.omp_set_num_threads(2)
    started = time.perf_counter()
    index = make(passages)
    minutes = (time.perf_counter() - started) / 60
    faiss.omp_set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        index.save(path)
        megabytes = path.stat().st_size / 1e6
        plain = not hasattr(index._faiss, "hnsw")
        started = time.perf_counter()
        loaded = FaissIndex.load(path) if plain else index
        search(loaded, queries[0], plain=plain)
        load = time.perf_counter() - started
        found, times, cpu = 0, [], []
        for query, least in zip(queries, cut, strict=True):
            wall, spent = time.perf_counter(), time.thread_time()
            hits = search(loaded, query, plain=plain)
            times.append((time.perf_counter() - wall) * 1000)
            cpu.append((time.thread_time() - spent) * 1000)
            found += min(K, int((passages[sorted(hits)] @ query >= least).sum()))
    p50, p95 = np.percentile(times, [50, 95])
    share = found / K / len(times)
    rate = len(passages) / minutes / 60
    return (
        f"| {len(passages):,} | {name} | {share:.3f} | {p50:.1f} / {p95:.1f} | {np.percentile(cpu, 95):.1f} "
        f"| {megabytes:.0f} | {minutes:.2f} |"
        f" {rate:,.0f} | {load:.2f} |"
    )


def search(index: FaissIndex, query: np.ndarray, *, plain: bool) -> set[int]:
    if plain:
        return {hit.vector_id for hit in index.search(query[np.newaxis], K)[0]}
    return set(index._faiss.search(query[np.newaxis], K)[1][0].tolist())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index", type=Path, required=True, help="folder of a built index")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--graph-to", type=int, default=100_000, help="measure HNSW up to this size; it builds slowly")
    arguments = parser.parse_args()
    real, asked = real_vectors(arguments.index)
    dice = np.random.default_rng(20)
    queries = asked[dice.permutation(len(asked))[:QUERIES]]
    out = sys.stdout
    out.write(f"{len(real):,} real passages, {len(queries)} real questions\n\n")
    out.write("| vectors | kind | recall@10 | ms p50 / p95 | CPU ms p95 | MB | build min | vectors/s | load s |\n")
    out.write("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
    for size in arguments.sizes:
        passages = repeated(real, size, dice)
        cut = exact(passages, queries)
        for name, make in (("exact", ours("exact")), ("lists", ours("lists")), ("HNSW", graph)):
            if name != "HNSW" or size <= arguments.graph_to:
                out.write(measure(name, make, passages, queries, cut) + "\n")
                out.flush()


if __name__ == "__main__":
    main()
