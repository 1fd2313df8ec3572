"""The endpoint for assistants: closed by default; its tools give the report's sentences and no more."""

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fakes import run
from fastapi import FastAPI
from fastapi.testclient import TestClient

from qa.service import Service
from qa.settings import Settings
from qa.web.site import create_app

REPORT = "yanji-2021"
SENTENCE = "今年以来,街道共办结受理“12345”市民服务热线工单2905件,满意率91.4%。"
HEADERS = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}


@pytest.fixture(scope="module")
def client(real_service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(real_service, Settings(mcp="on", ask_rate=1000)), raise_server_exceptions=False) as client:
        yield client


def call(client: TestClient, method: str, **params: Any) -> dict[str, Any]:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    response = client.post("/mcp", json=body, headers=HEADERS)
    assert response.status_code == 200, response.text
    return response.json()


def use(client: TestClient, tool: str, **arguments: Any) -> dict[str, Any]:
    result = call(client, "tools/call", name=tool, arguments=arguments)["result"]
    assert not result.get("isError"), result
    return json.loads(result["content"][0]["text"])


def test_it_is_closed_unless_a_setting_opens_it(real_service: Service) -> None:
    with TestClient(create_app(real_service, Settings()), raise_server_exceptions=False) as closed:
        assert closed.post("/mcp", json={}, headers=HEADERS).status_code == 404


def test_an_assistant_is_told_in_chinese_what_there_is(client: TestClient) -> None:
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    assert "报告原句" in call(client, "initialize", **hello)["result"]["instructions"]
    tools = call(client, "tools/list")["result"]["tools"]
    assert [tool["name"] for tool in tools] == ["ask", "check", "figures", "find_sentence"]
    for tool in tools:
        assert re.search("[一-鿿]", tool["description"])
        assert all(re.search("[一-鿿]", field["description"]) for field in tool["inputSchema"]["properties"].values())


def test_what_the_tools_give_is_what_rest_gives(client: TestClient, real_service: Service) -> None:
    answer = use(client, "ask", question="热线满意率多少")
    assert answer == client.post("/api/v1/ask", json={"question": "热线满意率多少"}).json()
    assert answer["citations"][0]["sentence"] == SENTENCE
    text = "热线满意率95%。"
    assert use(client, "check", text=text) == client.post("/api/v1/check", json={"text": text}).json()
    found = use(client, "find_sentence", words="热线 满意率")
    report = real_service.report(REPORT)
    assert [one["sentence"] for one in found["sentences"]] == [SENTENCE]
    assert all(report.text[one["start"] : one["end"]] == one["sentence"] for one in found["sentences"])
    assert [one["printed"] for one in use(client, "figures", words="热线 满意率")["figures"]] == ["2905件", "91.4%"]
    assert use(client, "find_sentence", words="地铁") == {"sentences": [], "count": 0}


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("ask", {"question": "问", "reports": ["none"]}, "none"),
        ("find_sentence", {"words": "热线", "report": "none"}, "none"),
        ("check", {"text": "字" * 30_000}, "稿子太长"),
        ("ask", {}, "question"),
    ],
)
def test_what_cannot_be_done_is_said_and_breaks_nothing(client: TestClient, tool: str, arguments: dict[str, Any], said: str) -> None:
    answer = call(client, "tools/call", name=tool, arguments=arguments)
    told = json.dumps(answer, ensure_ascii=False)
    assert answer.get("result", {}).get("isError") or "error" in answer
    assert said in told
    assert "Traceback" not in told
    assert use(client, "ask", question="热线满意率多少")["answered"]


def test_an_assistant_asks_no_faster_than_others(real_service: Service) -> None:
    with TestClient(create_app(real_service, Settings(mcp="on", ask_rate=2)), raise_server_exceptions=False) as slowed:
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
        statuses = [slowed.post("/mcp", json=body, headers=HEADERS).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


# ---------- when the server stops ----------

SAYS = {"protocolVersion": "2026-07-28", "clientInfo": {"name": "test", "version": "1"}, "clientCapabilities": {}}
META = {f"io.modelcontextprotocol/{name}": value for name, value in SAYS.items()}
LISTEN = {"method": "subscriptions/listen", "version": "2026-07-28", "notifications": {"toolsListChanged": True}}


class Client:
    """One that opens a stream and stays, over ASGI."""

    def __init__(self, method: str, version: str, **params: Any) -> None:
        rpc = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params | ({"_meta": META} if version > "2026" else {})}
        self._body = json.dumps(rpc).encode() if method else b""
        headers = HEADERS | {"Content-Type": "application/json", "MCP-Protocol-Version": version, "Mcp-Method": method, "Host": "x"}
        if params.get("name"):
            headers["Mcp-Name"] = params["name"]
        named = [(name.lower().encode(), value.encode()) for name, value in headers.items() if value]
        where = {"method": "POST" if method else "GET", "path": "/mcp", "raw_path": b"/mcp", "query_string": b"", "root_path": ""}
        ends = {"scheme": "http", "server": ("x", 80), "client": ("127.0.0.1", 5), "http_version": "1.1"}
        self.scope = {"type": "http", **where, **ends, "headers": named}
        self.begun = asyncio.Event()
        self.got: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        if self._body is None:
            await asyncio.sleep(60)
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: dict[str, Any]) -> None:
        self.got.append(message)
        self.begun.set()


async def stopped(app: FastAPI, client: Client) -> None:
    """Stop while a client's request is being answered."""
    async with app.router.lifespan_context(app):
        answering = asyncio.create_task(app(client.scope, client.receive, client.send))
        if client.scope["method"] == "GET" or b"listen" in dict(client.scope["headers"])[b"mcp-method"]:
            await client.begun.wait()
        for stream in app.state.streams:
            stream.set()
        await asyncio.wait_for(answering, 5)


@pytest.mark.parametrize("asked", [{"method": "", "version": "2025-06-18"}, LISTEN], ids=["GET", "subscriptions"])
def test_a_stream_that_is_open_ends_when_the_server_stops(real_service: Service, asked: dict[str, Any]) -> None:
    async def story() -> list[dict[str, Any]]:
        listening = Client(**asked)
        await stopped(create_app(real_service, Settings(mcp="on")), listening)
        return listening.got

    got = run(story())
    assert got[0]["status"] == 200
    assert dict(got[0]["headers"])[b"content-type"].startswith(b"text/event-stream")
    assert [message.get("more_body", False) for message in got[1:]][-1] is False


def test_a_call_is_answered_though_the_server_stops(real_service: Service) -> None:
    async def story() -> list[dict[str, Any]]:
        asking = Client("tools/call", "2025-06-18", name="ask", arguments={"question": "热线满意率多少"})
        await stopped(create_app(real_service, Settings(mcp="on")), asking)
        return asking.got

    got = run(story())
    assert got[0]["status"] == 200
    assert SENTENCE in json.loads(b"".join(message["body"] for message in got[1:]))["result"]["content"][0]["text"]
