"""What is counted and written down about requests, and what never is."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import CountingEncoder, write_report
from fastapi.testclient import TestClient
from staged import Staged

from qa.service import Service
from qa.settings import Settings
from qa.stages import STAGES
from qa.web.metrics import Metrics
from qa.web.observe import heard, route_name
from qa.web.site import create_app

ROOT = Path(__file__).parent.parent
TOKEN = "sixteen-letters-or-more"
WORDS = "我家电话13812345678热线满意率"


class Counted(Staged):  # type: ignore[misc]
    """The staged service, which tells what was asked."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._metrics = metrics

    def ask(self, question: str, **given: object) -> object:
        answer = super().ask(question, **given)
        self._metrics.asked(question, answer, 30.0, {"embed": 0.02, "rank": 0.01})
        return answer


def client_with(address: str = "203.0.113.77", **settings: str) -> TestClient:
    metrics = Metrics(None, heard)
    app = create_app(Counted(metrics), Settings(**settings), metrics=metrics)
    return TestClient(app, raise_server_exceptions=False, client=(address, 5000))


def numbers(client: TestClient) -> dict[str, float]:
    text = client.get("/metrics").text
    rows = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in rows}


def test_the_stages_of_a_question_make_up_its_time(tmp_path: Path) -> None:
    told: list[tuple[float, dict[str, float]]] = []

    class Heard:
        def asked(self, question: str, answer: object, milliseconds: float, spent: dict[str, float], /) -> None:
            told.append((milliseconds, spent))

        def feedback(self, *_: str) -> None:
            raise AssertionError

    write_report(tmp_path / "reports" / "r", "总结\n粮食产量增长5.2%。\n就业稳定。\n")
    encoder = CountingEncoder(pause=0.01)
    service = Service(reports=tmp_path / "reports", index=tmp_path / "index", encoder=encoder, recorder=Heard())
    service.warm()
    assert told == []
    service.ask("粮食增长多少")
    [(milliseconds, spent)] = told
    assert tuple(spent) == STAGES
    assert all(seconds > 0 for seconds in spent.values())
    assert spent["embed"] >= 0.01
    assert sum(spent.values()) * 1000 == pytest.approx(milliseconds)


def test_questions_and_requests_are_counted() -> None:
    with client_with(metrics="on") as client:
        for question in ("热线满意率", "热线满意率", "装电梯多少钱", "你好"):
            client.post("/api/v1/ask", json={"question": question})
        client.post("/api/v1/ask", json={"question": "坏"})
        client.post("/api/v1/ask", json={"wrong": 1})
        client.get("/report/yanji-2021")
        client.get("/wp-login.php")
        found = numbers(client)
    asked = {key: value for key, value in found.items() if key.startswith("youju_questions_total")}
    assert asked == {
        'youju_questions_total{kind="figure",outcome="answered",reason=""}': 2,
        'youju_questions_total{kind="everyday",outcome="refused",reason="not_in_report"}': 1,
        'youju_questions_total{kind="everyday",outcome="refused",reason="not_a_question"}': 1,
    }
    requests = {key: value for key, value in found.items() if key.startswith("youju_requests_total")}
    assert requests == {
        'youju_requests_total{method="POST",route="/api/v1/ask",status="200"}': 4,
        'youju_requests_total{method="POST",route="/api/v1/ask",status="500"}': 1,
        'youju_requests_total{method="POST",route="/api/v1/ask",status="422"}': 1,
        'youju_requests_total{method="GET",route="/report/",status="200"}': 1,
        'youju_requests_total{method="GET",route="other",status="404"}': 1,
    }
    assert found['youju_answer_seconds_count{stage="total"}'] == 4
    assert found['youju_answer_seconds_bucket{le="0.02",stage="total"}'] == 0
    assert found['youju_answer_seconds_bucket{le="0.03",stage="total"}'] == 4
    assert found['youju_answer_seconds_sum{stage="embed"}'] == pytest.approx(0.08)
    assert (found["youju_ready"], found["youju_reports"], found["youju_requests_in_flight"]) == (1, 1, 1)
    assert found["youju_memory_bytes"] > 50e6
    assert any(name.startswith("youju_build_info") for name in found)


def test_who_may_see_the_numbers_is_a_setting() -> None:
    with client_with() as client:
        assert client.get("/metrics").status_code == 404
    with client_with(metrics=TOKEN) as client:
        assert client.get("/metrics").status_code == 401
        for wrong in ("Bearer wrong", f"Bearer {TOKEN}x", TOKEN, "Bearer \xff"):
            assert client.get("/metrics", headers={"Authorization": wrong.encode("latin-1")}).status_code == 401
        assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    with pytest.raises(ValueError, match="metrics"):
        Settings(metrics="short")


def test_a_line_a_request_without_the_visitors_words(capsys: pytest.CaptureFixture[str]) -> None:
    with client_with(requests="json") as client:
        client.post("/chat/answer", json={"question": WORDS, "history": [WORDS]})
        client.get("/", params={"q": WORDS})
        client.get(f"/{WORDS}")
        client.get(f"/report/{WORDS}")
        client.request("TRACE", "/")
        for quiet in ("/healthz", "/readyz", "/robots.txt"):
            client.get(quiet)
    err = capsys.readouterr().err
    lines = [json.loads(line) for line in err.splitlines()]
    assert [(line["route"], line["status"], line["method"]) for line in lines] == [
        ("/chat/answer", 200, "POST"), ("/", 200, "GET"), ("other", 404, "GET"), ("/report/", 404, "GET"), ("/", 405, "other"),
    ]  # fmt: skip
    assert (lines[0]["outcome"], lines[0]["kind"], lines[0]["network"]) == ("answered", "figure", "203.0.113.0/24")
    assert "outcome" not in lines[2]
    assert lines[0]["ms"] >= 0
    assert lines[0]["bytes"] > 500
    assert len({line["id"] for line in lines}) == len(lines)
    for word in ("我家", "13812345678", "满意率", "%E6", "113.77"):
        assert word not in err


def test_a_line_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    with client_with() as client:
        client.post("/api/v1/ask", json={"question": "装电梯多少钱"})
    assert re.fullmatch(r"\d\d:\d\d:\d\d 200 POST /api/v1/ask \d+ ms refused not_in_report everyday\n", capsys.readouterr().err)
    with client_with(requests="off") as client:
        client.get("/nothing")
    assert capsys.readouterr().err == ""


def test_strange_paths_do_not_become_labels() -> None:
    paths = ("/a" * 1000, "/api/v1/other", "/api/v1/ask/more", "/staff/log", "/gradio_api/heartbeat/abc", "/gradio_api/queue", "//", "")
    assert [route_name(path) for path in paths] == [
        "other", "other", "other", "/staff/", "/gradio_api/heartbeat/", "other", "other", "other",
    ]  # fmt: skip


def test_workers_add_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    code = """
import os
from prometheus_client.multiprocess import mark_process_dead
from qa.web.metrics import Metrics
metrics = Metrics()
for _ in range(3):
    worker = os.fork()
    if not worker:
        metrics.in_flight.inc()
        metrics.requests.labels("/", "GET", "200").inc()
        os._exit(0)
    os.waitpid(worker, 0)
    if _:
        mark_process_dead(worker)
print(metrics.written().decode())
"""
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert 'youju_requests_total{method="GET",route="/",status="200"} 3.0' in out
    assert "youju_requests_in_flight 1.0" in out
