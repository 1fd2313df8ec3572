"""Past one machine with the real thing: a Milvus server over the network. Slow: ``python -m tests slow``."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.errors import YoujuError
from index.milvus_index import disconnect
from qa.service import Service
from tests.milvus_server import MilvusServer

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
REPORTS = ROOT / "corpus" / "reports"
QUESTIONS = [json.loads(line)["question"] for line in (ROOT / "tests/data/dev.jsonl").read_text(encoding="utf-8").splitlines()][::8]
_PATIENT = 180.0  # seconds that a server may take to come back


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    with MilvusServer(tmp_path_factory.mktemp("milvus")) as running:
        yield running
        disconnect(running.address)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("there") / "index"


@pytest.fixture(scope="module")
def there(server: MilvusServer, real_service: Service, index: Path) -> Service:
    """Our report, its passages in the server."""
    service = Service(reports=REPORTS, index=index, milvus=server.address, encoder=real_service.encoder)
    service.build()
    return service


def cited(service: Service, question: str) -> tuple[str | None, list[str]]:
    answer = service.ask(question)
    return answer.reason, [citation.sentence_id for citation in answer.citations]


def test_the_contract_of_engines_holds_over_the_network(server: MilvusServer) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-k", "milvus", "tests/test_vector_index.py"]
    environment = {**os.environ, "TEST_MILVUS": server.address}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stdout[-3000:]


def test_twenty_questions_are_answered_as_from_files(real_service: Service, there: Service) -> None:
    assert len(QUESTIONS) == 20
    for question in QUESTIONS:
        assert cited(there, question) == cited(real_service, question)


def test_two_processes_share_one_server(there: Service, server: MilvusServer, index: Path, tmp_path: Path) -> None:
    batch = tmp_path / "questions.jsonl"
    batch.write_text("".join(json.dumps({"id": str(n), "question": q}) + "\n" for n, q in enumerate(QUESTIONS)), encoding="utf-8")
    settings = {"YOUJU_ENGINE": "milvus", "YOUJU_MILVUS": server.address, "YOUJU_INDEX": str(index), "YOUJU_REPORTS": str(REPORTS)}
    command = [sys.executable, "-m", "qa", "ask", "--batch", str(batch)]
    both = [subprocess.Popen(command, cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    first, second = (process.communicate(timeout=300)[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert first == second
    ids = [[c["sentence_id"] for c in json.loads(line)["citations"]] for line in first.splitlines()]
    assert ids == [cited(there, question)[1] for question in QUESTIONS]


def test_a_server_that_dies_is_told_in_one_line_and_comes_back_without_a_restart(there: Service, server: MilvusServer) -> None:
    before = [cited(there, question) for question in QUESTIONS]
    server.kill()
    with pytest.raises(YoujuError, match="Milvus") as told:
        there.ask("热线满意率是多少呀")
    assert "\n" not in str(told.value)
    server.start()
    ends = time.monotonic() + _PATIENT
    while True:
        try:
            after = [cited(there, question) for question in QUESTIONS]
            break
        except YoujuError:
            assert time.monotonic() < ends
            time.sleep(1)
    assert after == before
