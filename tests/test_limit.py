"""How much one visitor may ask, who counts as one visitor, and that no header lets anybody ask more."""

import ipaddress
import logging
import multiprocessing
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fakes import CountingEncoder, write_report
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from staged import Staged
from starlette.requests import Request

from qa.service import Service
from qa.settings import Settings, networks
from qa.web import check_page, line, texts, texts_tools
from qa.web.ledger import Ledger, open_ledger
from qa.web.limit import Limit
from qa.web.site import create_app
from qa.web.visitor import Proxies, visitor_of

FORK = multiprocessing.get_context("fork")
PROXY = "10.0.0.2"


def seen(peer: str, trusted: str = "", **headers: str | list[str]) -> tuple[str, str]:
    """The visitor and the scheme that a request from this peer comes to have."""
    found: list[tuple[str, str]] = []

    async def app(scope: dict, receive: object, send: object) -> None:
        found.append((visitor_of(Request(scope)), scope["scheme"]))

    named = [(name.replace("_", "-"), [value] if isinstance(value, str) else value) for name, value in headers.items()]
    lines = [(name.encode(), line.encode()) for name, values in named for line in values]
    scope = {"type": "http", "client": (peer, 1), "scheme": "http", "headers": lines}
    coroutine = Proxies(app, networks(trusted))(scope, None, None)
    with pytest.raises(StopIteration):
        coroutine.send(None)
    [one] = found
    return one


# ---------- who is one visitor ----------


@pytest.mark.parametrize("peer", ["203.0.113.5", "127.0.0.1", "::1", PROXY])
def test_by_default_no_header_changes_who_one_is(peer: str) -> None:
    bare = seen(peer)
    assert seen(peer, x_forwarded_for="198.51.100.7", x_forwarded_proto="https", x_real_ip="198.51.100.8", forwarded="for=1.2.3.4") == bare


@pytest.mark.parametrize(
    ("peer", "said", "visitor"),
    [
        (PROXY, "198.51.100.7", "198.51.100.7"),
        (PROXY, "198.51.100.7:55123", "198.51.100.7"),
        (PROXY, "1.1.1.1, 198.51.100.7", "198.51.100.7"),  # what stands left the visitor wrote
        (PROXY, "1.1.1.1, 198.51.100.7, 10.0.0.9", "198.51.100.7"),  # two proxies of ours
        (PROXY, "127.0.0.1, 198.51.100.7", "198.51.100.7"),
        (PROXY, "10.0.0.7, 10.0.0.9", "10.0.0.7"),  # a visitor inside our own network
        (PROXY, "unknown", PROXY),
        (PROXY, "1.1.1.1, <script>, 10.0.0.9", "10.0.0.9"),
        (PROXY, "", PROXY),
        (PROXY, "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        (PROXY, "[2001:db8:1:2::4]:443", "2001:db8:1:2::/64"),
        ("203.0.113.5", "198.51.100.7", "203.0.113.5"),  # no proxy of ours
        ("::ffff:10.0.0.2", "198.51.100.7", "198.51.100.7"),
    ],
)
def test_a_known_proxy_is_believed_as_far_as_it_can_know(peer: str, said: str, visitor: str) -> None:
    assert seen(peer, "10.0.0.0/8", x_forwarded_for=said)[0] == visitor


def test_headers_of_several_lines_are_one_list() -> None:
    assert seen(PROXY, PROXY, x_forwarded_for=["1.1.1.1", "2.2.2.2, 198.51.100.7"])[0] == "198.51.100.7"


@pytest.mark.parametrize(
    ("said", "scheme"), [("https", "https"), ("http", "http"), ("https, http", "http"), ("javascript", "http"), ("", "http")]
)
def test_a_known_proxy_says_by_what_scheme_it_was_asked(said: str, scheme: str) -> None:
    assert seen(PROXY, PROXY, x_forwarded_proto=said)[1] == scheme
    assert seen("203.0.113.5", PROXY, x_forwarded_proto=said)[1] == "http"


def test_a_household_of_ipv6_is_one_visitor_and_a_mapped_address_is_itself() -> None:
    assert seen("2001:db8:0:1::1") == seen("2001:db8:0:1:ffff::2%eth0") != seen("2001:db8:0:2::1")
    assert seen("::ffff:203.0.113.5") == seen("203.0.113.5")


@given(st.text(max_size=60), st.sampled_from(["203.0.113.5", PROXY]))
def test_any_header_gives_an_address_and_only_a_proxy_s_counts(said: str, peer: str) -> None:
    header = said.encode("utf-8", "replace").decode("latin-1")
    visitor, _ = seen(peer, PROXY, x_forwarded_for=header)
    ipaddress.ip_network(visitor)
    assert peer == PROXY or visitor == peer


def test_a_proxy_that_nobody_named_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    with TestClient(create_app(Staged(), Settings()), client=("127.0.0.1", 5)) as client, caplog.at_level(logging.WARNING, "youju"):
        for _ in range(3):
            client.get("/healthz", headers={"X-Forwarded-For": "198.51.100.7"})
    [line] = [record.getMessage() for record in caplog.records if "X-Forwarded-For" in record.getMessage()]
    assert "YOUJU_PROXIES=127.0.0.1" in line


# ---------- how much ----------


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path)
    yield ledger
    ledger.close()


def test_a_visitor_who_waits_may_ask_again(ledger: Ledger) -> None:
    now = 1000.0
    limit = Limit(ledger, "ask", 60, clock=lambda: now)
    assert [limit.allows("a") for _ in range(61)] == [True] * 60 + [False]
    assert limit.allows("b")
    now += 1.0
    assert [limit.allows("a"), limit.allows("a")] == [True, False]
    now += 3600
    assert [limit.allows("a") for _ in range(61)] == [True] * 60 + [False]


def test_kinds_have_budgets_of_their_own_and_nought_limits_nobody(ledger: Ledger) -> None:
    ask, check, free = Limit(ledger, "ask", 2), Limit(ledger, "check", 1), Limit(ledger, "feedback", 0)
    assert [ask.allows("a") for _ in range(3)] == [True, True, False]
    assert [check.allows("a"), check.allows("a")] == [True, False]
    assert all(free.allows("a") for _ in range(1000))


def test_a_clock_that_is_set_back_locks_nobody_out(ledger: Ledger) -> None:
    now = 1e9
    limit = Limit(ledger, "ask", 2, clock=lambda: now)
    assert [limit.allows("a") for _ in range(3)] == [True, True, False]
    now -= 86400
    assert [limit.allows("a") for _ in range(3)] == [True, True, False]


def test_what_is_full_again_is_forgotten(ledger: Ledger) -> None:
    now = 0.0
    limit = Limit(ledger, "ask", 60, clock=lambda: now)
    for number in range(2500):
        now += 1
        limit.allows(f"visitor {number}")
    assert ledger.do(lambda base: base.execute("SELECT COUNT(*) FROM budget").fetchone()) < (600,)


def test_several_processes_share_one_budget(tmp_path: Path) -> None:
    parent = Limit(open_ledger(tmp_path), "ask", 60, clock=lambda: 0.0)
    assert parent.allows("a")

    def ask(number: int) -> None:
        (tmp_path / f"allowed-{number}").write_text(str(sum(parent.allows("a") for _ in range(40))))  # through the parent's, forked

    children = [FORK.Process(target=ask, args=(number,)) for number in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0] * 4
    assert 1 + sum(int(path.read_text()) for path in tmp_path.glob("allowed-*")) == 60


@pytest.mark.parametrize(
    ("path", "body", "rate"),
    [
        ("/api/v1/ask", {"json": {"question": "热线"}}, "ask_rate"),
        ("/chat/answer", {"json": {"question": "热线"}}, "ask_rate"),
        ("/api/v1/feedback", {"json": {"question": "热线", "vote": "up"}}, "feedback_rate"),
    ],
)
def test_who_asks_too_often_is_told_to_wait_whatever_the_headers_say(path: str, body: dict, rate: str) -> None:
    with TestClient(create_app(Staged(), Settings(**{rate: 3})), client=("127.0.0.1", 5)) as client:
        lies = [{"X-Forwarded-For": f"198.51.100.{n}", "X-Real-IP": f"198.51.100.{n}"} for n in range(5)]
        answers = [client.post(path, **body, headers=headers) for headers in lies]
    told = [answer.status_code == 429 or "太快" in answer.text for answer in answers]
    assert told == [False] * 3 + [True] * 2


def test_behind_a_known_proxy_each_visitor_has_a_budget() -> None:
    with TestClient(create_app(Staged(), Settings(ask_rate=1, proxies="127.0.0.1")), client=("127.0.0.1", 5)) as client:
        got = [
            client.post("/api/v1/ask", json={"question": "热线"}, headers={"X-Forwarded-For": f"9.9.9.{n}, 198.51.100.{n % 2}"}).status_code
            for n in range(4)
        ]
    assert got == [200, 200, 429, 429]


# ---------- trouble with the file ----------


def test_a_damaged_file_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "visitors.sqlite3").write_bytes(b"no database " * 900)
    said: list[str] = []
    limit = Limit(Ledger(tmp_path / "visitors.sqlite3", said.append), "ask", 1)
    assert [limit.allows("a"), limit.allows("a")] == [True, False]
    assert said == []


def test_tables_of_another_form_are_begun_anew(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "visitors.sqlite3")
    other.execute("CREATE TABLE budget (something TEXT)")
    other.close()
    limit = Limit(open_ledger(tmp_path), "ask", 1)
    assert [limit.allows("a"), limit.allows("a")] == [True, False]


def test_where_nothing_can_be_written_it_counts_in_memory_and_says_one_line(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    said: list[str] = []
    limit = Limit(Ledger(tmp_path / "state" / "visitors.sqlite3", said.append), "ask", 2)
    assert [limit.allows("a") for _ in range(4)] == [True, True, False, False]
    [line] = said
    assert "请检查磁盘空间和权限" in line


def test_a_file_that_another_process_holds_delays_nobody_for_long(tmp_path: Path) -> None:
    limit = Limit(open_ledger(tmp_path), "ask", 1)
    assert limit.allows("a")
    other = sqlite3.connect(tmp_path / "visitors.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert [limit.allows("a"), limit.allows("a")] == [True, False]  # counted in memory meanwhile
    other.execute("ROLLBACK")
    other.close()
    assert not limit.allows("a")
    assert limit.allows("b")


def test_nobody_else_may_read_the_file(tmp_path: Path) -> None:
    Limit(open_ledger(tmp_path), "ask", 1).allows("a")
    assert (tmp_path / "visitors.sqlite3").stat().st_mode & 0o077 == 0


# ---------- what is only read, but takes as long as a question ----------


@pytest.fixture
def library(tmp_path: Path) -> Service:
    for year in range(2010, 2024):
        write_report(tmp_path / "reports" / f"r-{year}", f"{year}年总结\n粮食产量增长{year - 2000}%。\n", f"year = {year}")
    service = Service(reports=tmp_path / "reports", index=tmp_path / "index", encoder=CountingEncoder())
    service.warm()
    return service


@pytest.mark.parametrize("path", ["/figures", "/figures?as=csv", "/figures?as=xlsx", "/years", "/years?q=粮食产量", "/years?q=粮食产量&as=xlsx"])
def test_pages_of_figures_have_a_budget_that_says_when_to_come_again(library: Service, path: str) -> None:
    with TestClient(create_app(library, Settings(read_rate=2)), client=("127.0.0.1", 5)) as client:
        assert [client.get(path, headers={"X-Forwarded-For": f"9.9.9.{n}"}).status_code for n in range(2)] == [200, 200]
        refused = client.get(path)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "10")
        assert "刷新这一页" in refused.text
        assert client.head(path).status_code == 429
        assert client.get("/api/v1/figures?report=r-2020").status_code == 429  # the same budget
        assert client.get("/report/r-2020").status_code == 200


def test_the_figures_of_all_reports_cost_as_much_as_several_pages(library: Service) -> None:
    with TestClient(create_app(library, Settings(read_rate=7)), client=("127.0.0.1", 5)) as client:
        assert [client.get("/api/v1/figures").status_code for _ in range(3)] == [200, 200, 429]  # three each
        assert client.get("/figures").status_code == 200
    with TestClient(create_app(library, Settings(read_rate=1)), client=("127.0.0.1", 5)) as client:
        assert [client.get("/api/v1/figures").status_code for _ in range(2)] == [200, 429]  # never more than there is


# ---------- files ----------


class Checks(Staged):  # type: ignore[misc]
    """Checks nothing, but takes drafts."""

    def check(self, text: str) -> list[object]:
        return []


BROKEN = {"file": ("稿.docx", b"PK\x03\x04 broken")}


def test_a_file_is_not_read_before_the_budget_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def reading(raw: bytes, name: str, most: int) -> str:
        read.append(name)
        return "街道很好。"

    monkeypatch.setattr(check_page, "draft_text", reading)
    with TestClient(create_app(Checks(), Settings(check_rate=3)), client=("127.0.0.1", 5)) as client:
        answers = [client.post("/check", files=BROKEN) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [200] * 3 + [429] * 7
    assert len(read) == 3
    assert answers[-1].headers["retry-after"] == "5"


def test_what_cannot_be_read_costs_as_much_as_what_can() -> None:
    with TestClient(create_app(Checks(), Settings(check_rate=3)), client=("127.0.0.1", 5)) as client:
        broken = {"content": b"--x\r\nbroken", "headers": {"Content-Type": "multipart/form-data; boundary=x"}}
        sent = ({"files": BROKEN}, broken, {"data": {"text": ""}}, {"files": BROKEN})
        assert [client.post("/check", **one).status_code for one in sent] == [422, 422, 422, 429]


def test_a_draft_that_was_typed_is_not_lost_to_one_who_has_to_wait() -> None:
    with TestClient(create_app(Checks(), Settings(check_rate=1, max_draft=1000)), client=("127.0.0.1", 5)) as client:
        assert client.post("/check", data={"text": "第一份。"}).status_code == 200
        again = client.post("/check", data={"text": "第二份。"})
        assert (again.status_code, ">\n第二份。</textarea>" in again.text) == (429, True)
        large = client.post("/check", data={"text": "第三份。"}, files={"file": ("a.txt", b"x" * 200_000)})
        assert (large.status_code, "第三份。" in large.text) == (429, False)  # not even taken apart


def test_files_wait_in_line_and_no_more_are_read_at_once_than_drafts_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    now, most, guard = 0, 0, threading.Lock()

    def reading(raw: bytes, name: str, most_characters: int) -> str:
        nonlocal now, most
        with guard:
            now += 1
            most = max(most, now)
        time.sleep(0.2)
        with guard:
            now -= 1
        return "街道很好。"

    monkeypatch.setattr(check_page, "draft_text", reading)
    with TestClient(create_app(Checks(), Settings(queue=3))) as client, ThreadPoolExecutor(8) as visitors:
        answers = list(visitors.map(lambda _: client.post("/check", files=BROKEN), range(8)))
    assert most == line.CHECKED_AT_ONCE
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [503] * 3
    [told, *_] = [answer for answer in answers if answer.status_code == 503]
    assert texts_tools.CHOOSE_AGAIN in told.text
    assert int(told.headers["retry-after"]) >= 1


def test_a_file_of_a_visitor_is_read_as_far_as_a_draft_may_go() -> None:
    with TestClient(create_app(Checks(), Settings(max_draft=2000))) as client:
        long = client.post("/check", files={"file": ("a.txt", "数".encode() * 2001)})
    assert long.status_code == 413
    assert texts.DRAFT_TOO_LONG.format(most=2000) in long.text
