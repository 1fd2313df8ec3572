"""What a command loads before it can answer: nothing that its question does not need."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from corpus.errors import NoModel
from index.embed import Embedder
from index.memory import give_back

ROOT = Path(__file__).parent.parent
QUESTION = "友谊201签约率多少"
_RUN = """
import json, sys, threading
from qa.cli import main
status = main(sys.argv[1:])
print(json.dumps({"status": status, "modules": sorted(sys.modules), "threads": threading.active_count()}))
"""


def loaded(tmp_path: Path, *arguments: str) -> set[str]:
    """The modules in memory after a command that succeeded."""
    settings = {"YOUJU_INDEX": str(tmp_path / "index"), "YOUJU_STATE": str(tmp_path / "state"), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", _RUN, *arguments], cwd=ROOT, capture_output=True, text=True, check=True, env=settings, timeout=300
    )
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["status"], told["threads"]) == (0, 1), done.stderr
    return set(told["modules"])


def of(modules: set[str], *names: str) -> list[str]:
    """Which of some modules and packages are there."""
    return sorted(name for name in names if name in modules)


@pytest.mark.model
def test_a_question_loads_what_answers_it(tmp_path: Path) -> None:
    loaded(tmp_path, "build")
    modules = loaded(tmp_path, "ask", QUESTION)
    assert of(modules, "onnxruntime", "faiss", "qa.answer") == ["faiss", "onnxruntime", "qa.answer"]
    ours = ("arithmetic", "backup", "check", "claims", "implied", "likeness", "log", "over_years", "restore", "shortlist", "web.site")
    assert of(modules, *(f"qa.{name}" for name in ours), "corpus.extract", "corpus.shelf", "corpus.identify") == []
    theirs = ("docx", "fastapi", "gradio", "lxml", "matplotlib", "mcp", "pandas", "pdfplumber", "prometheus_client", "pymilvus")
    assert of(modules, *theirs, "pypinyin", "scipy", "sentence_transformers", "starlette", "torch", "transformers") == []


@pytest.mark.parametrize("command", ["figures", "arithmetic", "reports"])
def test_a_command_that_asks_nothing_loads_no_model(tmp_path: Path, command: str) -> None:
    modules = loaded(tmp_path, command)
    assert of(modules, "onnxruntime", "tokenizers", "torch", "gradio") == []


@pytest.mark.model
def test_a_model_that_is_loaded_meanwhile_is_the_same_model() -> None:
    meanwhile, alone = Embedder(), Embedder()
    loading = meanwhile.load_meanwhile()
    assert (meanwhile.encode_queries([QUESTION]) == alone.encode_queries([QUESTION])).all()
    loading.join()
    assert loading not in threading.enumerate()


def test_what_keeps_a_model_from_loading_is_told_to_who_needs_it(tmp_path: Path) -> None:
    nowhere = Embedder(tmp_path / "nothing")
    nowhere.load_meanwhile().join()
    for _ in range(2):
        with pytest.raises(NoModel, match="YOUJU_MODEL"):
            nowhere.encode_queries([QUESTION])


def test_memory_can_be_given_back_at_any_time() -> None:
    give_back()
    give_back()


_SERVE = """
import json, sys
from pathlib import Path
from qa.service import Service
service = Service(reports=Path("corpus/reports"), index=Path(sys.argv[1]), state=Path(sys.argv[2]))
states = [service.ready]
answer, trials = type(service.answerer()).answer, []
type(service.answerer()).answer = lambda self, *given: (trials.append(service.ready), answer(self, *given))[1]
service.get_ready()
states.append(service.ready)
loaded = []
sys.addaudithook(lambda event, given: event in ("import", "open") and loaded.append([event, str(given[0])]))
for question in json.load(sys.stdin):
    service.ask(question)
print(json.dumps({"states": states, "trials": trials, "loaded": loaded}))
"""


@pytest.mark.model
def test_what_is_ready_loads_nothing_for_its_first_questions(tmp_path: Path) -> None:
    """Also the first typo, the first figure looked up, the first questions in one, and the first that cannot be answered."""
    lines = (ROOT / "tests" / "data" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines] + ["公种号叫什么", "96.38%是什么", "281件是什么", ""]
    command = [sys.executable, "-c", _SERVE, str(tmp_path / "index"), str(tmp_path / "state")]
    done = subprocess.run(command, cwd=ROOT, input=json.dumps(questions), capture_output=True, text=True, check=True, timeout=300)
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["states"] == [False, True]
    assert told["trials"][:4] == [False] * 4
    assert told["loaded"] == []
