"""How fast we are, beside the model alone and beside txtai and haystack: ``python tests/bench/speed.py [FOLDER [ROUNDS]]``.

One run measures everything on the same model folder, the same report and the same questions, each in processes of their own,
ours and theirs in turn, and prints ratios as Markdown. FOLDER takes the peers' environment, which shares this one's packages.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
MODEL = ROOT / "index" / "model"
QUESTIONS = [json.loads(line)["question"] for line in (ROOT / "tests/data/dev.jsonl").read_text(encoding="utf-8").splitlines()][:60]
_ROUNDS = 3  # processes of each kind; the best counts, for other work on the machine only ever slows


def sentences() -> list[str]:
    """What everybody indexes: the sentences of the report that comes with the project."""
    from corpus.library import Library

    return [sentence.text for report in Library(ROOT / "corpus" / "reports").reports() for sentence in report.sentences]


def ours(index: Path) -> tuple[Callable[[str], Any], Callable[[], None]]:
    """Our service, and what makes it forget the vectors of earlier questions."""
    from qa.service import Service

    service = Service(reports=ROOT / "corpus" / "reports", index=index)
    embedder: Any = service.encoder
    service.ask(QUESTIONS[0])
    return service.ask, embedder._kept._vectors.clear


def floor(_: Path) -> tuple[Callable[[str], Any], Callable[[], None]]:
    """The forward pass alone, as ours computes it."""
    from index.embed import Embedder

    model = Embedder()._model()
    model.encode([f"query: {QUESTIONS[0]}"])
    return lambda question: model.encode([f"query: {question}"]), lambda: None


def library(_: Path) -> tuple[Callable[[str], Any], Callable[[], None]]:
    """The same pass by sentence-transformers."""
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    model = SentenceTransformer(str(MODEL), device="cpu", model_kwargs={"dtype": torch.float32})
    model.encode(QUESTIONS[0], prompt_name="query")
    return lambda question: model.encode(question, prompt_name="query"), lambda: None


def txtai(_: Path) -> tuple[Callable[[str], Any], Callable[[], None]]:
    """The report's sentences in txtai."""
    import torch
    from txtai import Embeddings

    torch.set_num_threads(1)
    found = Embeddings(path=str(MODEL), content=True, instructions={"query": "query: ", "data": "passage: "})
    found.index(sentences())
    found.search(QUESTIONS[0], 3)
    return lambda question: found.search(question, 3), lambda: None


def haystack(_: Path) -> tuple[Callable[[str], Any], Callable[[], None]]:
    """The report's sentences in haystack's memory."""
    import torch
    from haystack import Document
    from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersDocumentEmbedder,
        SentenceTransformersTextEmbedder,
    )

    torch.set_num_threads(1)
    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    documents = SentenceTransformersDocumentEmbedder(model=str(MODEL), prefix="passage: ", progress_bar=False)
    asks = SentenceTransformersTextEmbedder(model=str(MODEL), prefix="query: ", progress_bar=False)
    for part in (documents, asks):
        part.warm_up()
    store.write_documents(documents.run([Document(content=text) for text in sentences()])["documents"])
    retriever = InMemoryEmbeddingRetriever(store, top_k=3)

    def ask(question: str) -> Any:
        return retriever.run(query_embedding=asks.run(question)["embedding"])

    ask(QUESTIONS[0])
    return ask, lambda: None


KINDS: dict[str, Callable[[Path], tuple[Callable[[str], Any], Callable[[], None]]]] = {
    "ours": ours, "floor": floor, "library": library, "txtai": txtai, "haystack": haystack,
}  # fmt: skip


def child(kind: str, index: str) -> None:
    """Measure one kind in this process."""
    started = time.perf_counter()
    used = time.process_time()
    ask, forget = KINDS[kind](Path(index))
    first = {"first_s": time.perf_counter() - started, "first_cpu": time.process_time() - used}
    for question in QUESTIONS:
        ask(question)
    wall, cpu = [], []
    for question in QUESTIONS:
        forget()
        a, b = time.perf_counter(), time.process_time()
        ask(question)
        wall.append((time.perf_counter() - a) * 1000)
        cpu.append((time.process_time() - b) * 1000)
    wall.sort()
    cpu.sort()
    at = {"p50": len(wall) // 2, "p95": len(wall) * 19 // 20}
    measured = {name: wall[place] for name, place in at.items()} | {f"cpu_{name}": cpu[place] for name, place in at.items()}
    tell(json.dumps(first | measured | {"mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def measured(python: str, kind: str, index: Path) -> dict[str, float]:
    """One kind in a fresh process."""
    quiet = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "OMP_NUM_THREADS": "1"}
    done = subprocess.run([python, __file__, "--child", kind, str(index)], env=quiet, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(f"{kind}: {done.stderr[-800:]}\n")
        raise SystemExit(1)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def peers(folder: Path) -> str:
    """The interpreter of an environment with the peers; it sees this environment's packages too."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        [site] = folder.glob("lib/python3*/site-packages")
        (site / "shared.pth").write_text("\n".join(path for path in sys.path if path.endswith("site-packages")))
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", str(Path(__file__).with_name("requirements.txt"))], check=True)
    return str(python)


def main() -> None:
    """Measure all kinds in turn and print the table."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".artifacts" / "peers"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else _ROUNDS
    their_python = peers(folder)
    best: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        index = Path(scratch) / "index"
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "qa", "build", "--index", str(index)], cwd=ROOT, check=True, capture_output=True)
        built = time.perf_counter() - started
        for _ in range(rounds):
            for kind in KINDS:
                found = measured(their_python if kind in ("txtai", "haystack") else sys.executable, kind, index)
                best[kind] = {name: min(value, best.get(kind, found)[name]) for name, value in found.items()}
    versions = subprocess.run([their_python, "-m", "pip", "freeze"], capture_output=True, text=True, check=True).stdout.splitlines()
    tell(" ".join(line for line in versions if line.startswith(("txtai=", "haystack-ai=", "torch=", "sentence-transformers="))))
    tell(f"建索引(向量随模型带着,含启动){built:.1f} 秒;{len(QUESTIONS)} 题,每样 {rounds} 个进程取最好,都用一个线程\n")
    tell("| | 一问 p50 毫秒 | p95 | 处理器时间 p50 | 与只算模型之比 | 启动到第一个回答 秒 | 其中处理器时间 | 内存 MB |")
    tell("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for kind, row in best.items():
        ratio = row["cpu_p50"] / best["floor"]["cpu_p50"]
        tell(
            f"| {kind} | {row['p50']:.1f} | {row['p95']:.1f} | {row['cpu_p50']:.1f} | {ratio:.2f} | {row['first_s']:.1f} "
            f"| {row['first_cpu']:.1f} | {row['mb']:.0f} |"
        )


def tell(line: str) -> None:
    """One line of the report."""
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    else:
        main()
