"""Other processors than the one at hand: a question is answered and a small index built on them, by the engine and not by chance.

qemu plays the processor (apt-get install qemu-user). Slow: ``python -m tests slow``.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
TEXT = "甲镇总结\n助餐点12家。\n"  # an emulated processor computes some three tokens a second
ABOUT = 'title = "甲镇总结"\nyear = 2023\n'
ASK = """
import sys
from pathlib import Path
from qa.service import Service
folder = Path(sys.argv[1])
service = Service(reports=folder / "reports", index=folder / "index")
answer = service.ask("助餐点几家")
shown = answer.citations or answer.near
print(service.encoder.engine, shown[0].sentence)
"""


@pytest.fixture(scope="module")
def qemu() -> str:
    """The emulator, installed where it is missing."""
    if shutil.which("qemu-x86_64") is None:
        subprocess.run(["apt-get", "update"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["apt-get", "install", "-y", "qemu-user"], check=True, stdout=subprocess.DEVNULL)
    found = shutil.which("qemu-x86_64")
    assert found is not None
    return found


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "reports" / "kaixin-2023"
    folder.mkdir(parents=True)
    (folder / "report.txt").write_text(TEXT, encoding="utf-8")
    (folder / "about.toml").write_text(ABOUT, encoding="utf-8")
    return tmp_path


def asked(command: list[str], library: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    whole = [*command, sys.executable, "-c", ASK, str(library)]
    return subprocess.run(
        whole, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=1500
    )


@pytest.mark.parametrize("processor", ["Haswell", "Nehalem"])
def test_a_question_is_answered_by_the_engine(qemu: str, library: Path, processor: str) -> None:
    """Haswell has AVX2 and no AVX-512, Nehalem neither."""
    done = asked([qemu, "-cpu", processor], library)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split(maxsplit=1) == ["onnxruntime", "助餐点12家。\n"]


@pytest.mark.parametrize("processor", ["Haswell", "Nehalem"])
def test_the_command_answers_as_a_user_would_ask(qemu: str, library: Path, processor: str) -> None:
    environment = {**os.environ, "YOUJU_REPORTS": str(library / "reports"), "YOUJU_INDEX": str(library / "index")}
    command = [qemu, "-cpu", processor, sys.executable, "-m", "qa", "ask", "助餐点几家"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=1500)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "助餐点【12家】。" in done.stdout


def test_the_library_computes_where_it_is_told_to_act_old(library: Path, tmp_path: Path) -> None:
    """sentence-transformers and FAISS as on a processor with AVX2 at most, with a model that has no graph."""
    model = shutil.copytree(ROOT / "index" / "model", tmp_path / "model", ignore=shutil.ignore_patterns("*.npz", "*.py", "*.onnx"))
    with_model = ASK.replace("Service(", "Service(encoder=Embedder(sys.argv[2]), ")
    code = with_model.replace("import sys", "import sys\nfrom index.embed import Embedder")
    environment = {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "default", "FAISS_OPT_LEVEL": "generic"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(library), str(model)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split(maxsplit=1) == ["sentence-transformers", "助餐点12家。\n"]
