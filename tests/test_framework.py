"""The chat framework may come after the pages: until then they do without it, and it is started and stopped with the server."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fakes import run
from fastapi import FastAPI
from fastapi.testclient import TestClient
from staged import Staged

from qa.settings import Settings
from qa.web import conversation, framework
from qa.web.framework import Framework
from qa.web.site import create_app

ROOT = Path(__file__).parent.parent


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What happens to a framework whose application tells when it is started and stopped."""
    told: list[str] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        told.append("started")
        yield
        told.append("stopped")

    monkeypatch.setattr(conversation, "mounted", lambda base: FastAPI(title=base or "at the root", lifespan=lifespan))
    monkeypatch.setattr(conversation, "streams", lambda _: [asyncio.Event()])
    return told


def test_the_page_does_without_it_until_it_is_there() -> None:
    late = Framework("")
    with TestClient(create_app(Staged(), Settings(), framework=late)) as client:
        before = client.get("/?q=热线满意率多少")
        assert before.status_code == 200
        assert "91.4%" in before.text
        assert "<gradio-app></gradio-app>" in before.text
        assert "gradio_config" not in before.text
        assert "unsafe-eval" not in before.headers["content-security-policy"]
        assert client.get("/readyz").status_code == 200
        late.load()
        for _ in range(100):
            after = client.get("/")
            if "data-styles" in after.text:
                break
        assert "gradio_config" in after.text
        assert "unsafe-eval" in after.headers["content-security-policy"]
        assert client.get("/theme.css").status_code == 200


def test_a_file_of_it_is_waited_for_and_then_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framework, "_PATIENT", 0.01)
    with TestClient(create_app(Staged(), Settings(), framework=Framework(""))) as client:
        refused = client.get("/theme.css")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")


def test_it_is_started_when_it_comes_and_stopped_with_the_server(told: list[str]) -> None:
    async def served() -> None:
        late = Framework("/base")
        async with late.lifespan():
            assert (late.app, told) == (None, [])
            threading.Thread(target=late.load).start()
            app = await late.awaited()
            assert app is late.app is not None
            assert (app.title, told, len(late.streams)) == ("/base", ["started"], 1)

    run(served())
    assert told == ["started", "stopped"]


def test_it_is_started_with_the_server_when_it_is_there_before(told: list[str]) -> None:
    async def served() -> None:
        there = Framework("")
        there.load()
        async with there.lifespan():
            assert told == ["started"]
            assert await there.awaited() is there.app

    run(served())
    assert told == ["started", "stopped"]


def test_a_server_that_stops_before_it_comes_is_not_kept(told: list[str]) -> None:
    async def served() -> Framework:
        late = Framework("")
        async with late.lifespan():
            pass
        return late

    run(served()).load()
    assert told == []


def test_what_serves_imports_it_only_when_told_to() -> None:
    alone = "import sys, app, qa.web.site; from qa.web.framework import Framework; Framework(''); print('gradio' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", alone], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
