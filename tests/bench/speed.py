"""How fast we are, beside the model alone and beside txtai and haystack: ``python tests/bench/speed.py [--help]``.

One run measures everything on the same model folder, the same report and the same questions, each in processes of their own,
ours and theirs in turn, and prints ratios as Markdown. The peers' environment shares this one's packages.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from tests.bench.processor import add_option, features, hide_avx512

MODEL = ROOT / "index" / "model"
REPORTS = ROOT / "corpus" / "reports"
QUESTIONS = [json.loads(line)["question"] for line in (ROOT / "tests/data/dev.jsonl").read_text(encoding="utf-8").splitlines()][:60]
_COLUMNS = (
    "一问 p50 毫秒",
    "p95",
    "处理器时间 p50",
    "与只算模型之比(处理器时间、p50)",
    "启动到第一个回答 秒",
    "其中处理器时间",
    "建索引 秒",
    "内存 MB",
)
_ROUNDS = 3  # processes of each kind; the best counts, for other work on the machine only ever slows


class Ready(NamedTuple):
    """One kind, ready to be asked."""

    ask: Callable[[str], Any]
    forget: Callable[[], None] = lambda: None  # the vectors of earlier questions
    more: Callable[[], dict[str, float]] = dict  # what else there is to say when all was asked


def sentences() -> list[str]:
    """What the peers index: the sentences of the report that comes with the project."""
    from corpus.library import Library

    return [sentence.text for report in Library(REPORTS).reports() for sentence in report.sentences]


def ours(index: Path, reports: Path) -> Ready:
    """Our service; it also tells the stages of a question, and how long building the index anew takes."""
    from qa.service import Service

    spent: list[dict[str, float]] = []

    class Heard:
        """Takes the stages of every question."""

        def asked(self, _question: str, _answer: object, _milliseconds: float, stages: Any, /) -> None:
            """One question."""
            spent.append(stages)

        def feedback(self, *_: str) -> None:
            """Nobody votes here."""

    service = Service(reports=reports, index=index, recorder=Heard())
    embedder: Any = service.encoder
    service.ask(QUESTIONS[0])

    def more() -> dict[str, float]:
        last = spent[-len(QUESTIONS) :]
        stages = {f"stage_{name}": middle([one[name] for one in last]) * 1000 for name in last[0]}
        return stages | (built(embedder) if reports == REPORTS else {})

    return Ready(service.ask, embedder._kept._vectors.clear, more)


def built(embedder: Any) -> dict[str, float]:
    """Seconds to build the index in a process that is warm: with the vectors that come with the model, and without any."""
    from index.embed import Embedder
    from qa.service import Service

    class Unknown(Embedder):
        """The same model under a name for which no vectors come with the project."""

        fingerprint = "unknown"

    unknown = Unknown()
    unknown._loaded = embedder._loaded
    found = {}
    for name, encoder in (("built_s", embedder), ("built_bare_s", unknown)):
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            Service(reports=REPORTS, index=Path(folder) / "index", encoder=encoder).build()
            found[name] = time.perf_counter() - started
    return found


def floor(_index: Path, _reports: Path) -> Ready:
    """The forward pass alone, as ours computes it."""
    from index.embed import Embedder

    model = Embedder()._model()
    model.encode([f"query: {QUESTIONS[0]}"])
    return Ready(lambda question: model.encode([f"query: {question}"]))


def library(_index: Path, _reports: Path) -> Ready:
    """The same pass by sentence-transformers."""
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    model = SentenceTransformer(str(MODEL), device="cpu", model_kwargs={"dtype": torch.float32})
    model.encode(QUESTIONS[0], prompt_name="query")
    return Ready(lambda question: model.encode(question, prompt_name="query"))


def txtai(_index: Path, _reports: Path) -> Ready:
    """The report's sentences in txtai."""
    import torch
    from txtai import Embeddings

    torch.set_num_threads(1)
    found = Embeddings(path=str(MODEL), content=True, instructions={"query": "query: ", "data": "passage: "})
    started = time.perf_counter()
    found.index(sentences())
    indexed = time.perf_counter() - started
    found.search(QUESTIONS[0], 3)
    return Ready(lambda question: found.search(question, 3), more=lambda: {"built_s": indexed})


def haystack(_index: Path, _reports: Path) -> Ready:
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
    started = time.perf_counter()
    store.write_documents(documents.run([Document(content=text) for text in sentences()])["documents"])
    indexed = time.perf_counter() - started
    retriever = InMemoryEmbeddingRetriever(store, top_k=3)

    def ask(question: str) -> Any:
        return retriever.run(query_embedding=asks.run(question)["embedding"])

    ask(QUESTIONS[0])
    return Ready(ask, more=lambda: {"built_s": indexed})


KINDS: dict[str, Callable[[Path, Path], Ready]] = {
    "ours": ours, "floor": floor, "library": library, "txtai": txtai, "haystack": haystack,
}  # fmt: skip
PEERS = ("txtai", "haystack")


def child(kind: str, index: str, reports: str) -> None:
    """Measure one kind in this process."""
    started = time.perf_counter()
    used = time.process_time()
    ready = KINDS[kind](Path(index), Path(reports))
    first = {"first_s": time.perf_counter() - started, "first_cpu": time.process_time() - used}
    for question in QUESTIONS:
        ready.ask(question)
    wall, cpu = [], []
    for question in QUESTIONS:
        ready.forget()
        a, b = time.perf_counter(), time.process_time()
        ready.ask(question)
        wall.append((time.perf_counter() - a) * 1000)
        cpu.append((time.process_time() - b) * 1000)
    found = {"p50": middle(wall), "p95": sorted(wall)[len(wall) * 19 // 20], "cpu_p50": middle(cpu)}
    memory = {"mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
    tell(json.dumps(first | found | memory | ready.more()))


def middle(values: Sequence[float]) -> float:
    """The upper median."""
    return sorted(values)[len(values) // 2]


def measured(python: str, kind: str, index: Path, reports: Path) -> dict[str, float]:
    """One kind in a fresh process."""
    quiet = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "OMP_NUM_THREADS": "1"}
    command = [python, __file__, "--child", kind, str(index), str(reports)]
    done = subprocess.run(command, env=quiet, capture_output=True, text=True, check=False)
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
    """Measure all kinds in turn and print the tables."""
    parser = argparse.ArgumentParser(prog="python tests/bench/speed.py", description=__doc__)
    parser.add_argument("--peers", type=Path, default=ROOT / ".artifacts" / "peers", help="folder of the peers' environment")
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    parser.add_argument("--reports", type=Path, default=REPORTS, help="another library for ours; the peers are left out then")
    parser.add_argument("--index", type=Path, help="its index, built already")
    add_option(parser)
    given = parser.parse_args()
    alone = given.reports.resolve() != REPORTS
    their_python = "" if alone else peers(given.peers)
    kinds = [kind for kind in KINDS if not (alone and kind in PEERS)]
    rounds: dict[str, list[dict[str, float]]] = {kind: [] for kind in kinds}
    with tempfile.TemporaryDirectory() as scratch:
        if given.hide_avx512:
            hide_avx512(Path(scratch))
        index = given.index or Path(scratch) / "index"
        command = [sys.executable, "-m", "qa", "build", "--index", str(index), "--reports", str(given.reports)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        for _ in range(given.rounds):
            for kind in kinds:
                python = their_python if kind in PEERS else sys.executable
                rounds[kind].append(measured(python, kind, index, given.reports.resolve()))
    if not alone:
        freeze = subprocess.run([their_python, "-m", "pip", "freeze"], capture_output=True, text=True, check=True).stdout.splitlines()
        tell(" ".join(line for line in freeze if line.startswith(("txtai=", "haystack-ai=", "torch=", "sentence-transformers="))))
    tell(features(hidden=given.hide_avx512))
    show(rounds)


def show(rounds: dict[str, list[dict[str, float]]]) -> None:
    """The tables, as Markdown."""
    best = {kind: {name: min(one[name] for one in found) for name in found[0]} for kind, found in rounds.items()}
    tell(f"{len(QUESTIONS)} 题,每样 {len(rounds['ours'])} 个进程取最好,都用一个线程\n")
    tell("| " + " | ".join(("", *_COLUMNS)) + " |")
    tell("| --- " * (len(_COLUMNS) + 1) + "|")
    for kind, row in best.items():
        ratios = f"{row['cpu_p50'] / best['floor']['cpu_p50']:.2f}、{row['p50'] / best['floor']['p50']:.2f}"
        indexed = f"{row['built_s']:.1f}" if "built_s" in row else ""
        tell(
            f"| {kind} | {row['p50']:.1f} | {row['p95']:.1f} | {row['cpu_p50']:.1f} | {ratios} | {row['first_s']:.1f} "
            f"| {row['first_cpu']:.1f} | {indexed} | {row['mb']:.0f} |"
        )
    stages = {name.removeprefix("stage_"): value for name, value in best["ours"].items() if name.startswith("stage_")}
    tell("\n我们的各步(p50 毫秒):" + ",".join(f"{name} {value:.1f}" for name, value in stages.items()))
    if "built_bare_s" in best["ours"]:
        tell(f"没有随模型带着的向量时建索引 {best['ours']['built_bare_s']:.1f} 秒")


def tell(line: str) -> None:
    """One line of the report."""
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    else:
        main()
