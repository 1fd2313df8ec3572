"""The line of questions: how long it is, who is first, what is told, and that it never stops moving."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest
from fakes import run
from staged import Staged

from qa.settings import Settings
from qa.web import texts
from qa.web.line import AT_ONCE, Busy, Line
from qa.web.site import create_app


class Hall:
    """Work that goes on until it is let go, and what was done in what order."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.done: list[str] = []
        self.at_work = 0
        self.most = 0
        self.heard: list[int] = []
        self.now = 1000.0
        self._lock = threading.Lock()
        self._open = threading.Event()

    def line(self, most: int, at_once: int = 1, patience: float = 30.0) -> Line:
        return Line(most, self.heard.append, at_once=at_once, patience=patience, clock=lambda: self.now)

    def work(self, name: str) -> Callable[[], str]:
        def do() -> str:
            with self._lock:
                self.begun.append(name)
                self.at_work += 1
                self.most = max(self.most, self.at_work)
            self._open.wait(10)
            with self._lock:
                self.at_work -= 1
                self.done.append(name)
            return name

        return do

    async def comes(self, line: Line, name: str, ticket: str = "") -> "asyncio.Task[str]":
        """A question that has just joined; each comes a second after the one before."""
        self.now += 1
        task = asyncio.ensure_future(line.run(self.work(name), ticket))
        await asyncio.sleep(0.02)
        return task

    def let_go(self) -> None:
        self._open.set()


def in_hall(story: Callable[[Hall], Coroutine[Any, Any, None]]) -> Hall:
    hall = Hall()

    async def told() -> None:
        try:
            async with asyncio.timeout(20):
                await story(hall)
        finally:
            hall.let_go()

    run(told())
    return hall


def test_first_come_first_served_and_no_more_than_may() -> None:
    async def story(hall: Hall) -> None:
        line = hall.line(most=10, at_once=2)
        tasks = [await hall.comes(line, name) for name in "abcdefg"]
        assert hall.heard[-1] == 5
        hall.let_go()
        assert await asyncio.gather(*tasks) == list("abcdefg")

    hall = in_hall(story)
    assert hall.most == 2
    assert set(hall.begun[:2]) == {"a", "b"}  # c may be done before the slower of the two
    assert hall.heard[-1] == 0
    assert max(hall.heard) == 5


def test_who_finds_the_line_full_is_told_the_place_and_keeps_it_by_the_ticket() -> None:
    async def story(hall: Hall) -> None:
        line = hall.line(most=2)
        waiting = [await hall.comes(line, name) for name in "abc"]
        refused = await hall.comes(line, "d")
        with pytest.raises(Busy) as told:
            await refused
        assert told.value.ahead == 3  # one is being answered, two wait
        assert 1 <= told.value.seconds <= 30
        waiting[1].cancel()
        await asyncio.sleep(0.02)
        later = await hall.comes(line, "e")
        early = await hall.comes(line, "d", told.value.ticket)  # full again, but d came before e
        with pytest.raises(Busy) as pushed:
            await later
        assert pushed.value.ahead == 3
        hall.let_go()
        assert [await waiting[0], await waiting[2], await early] == ["a", "c", "d"]

    assert in_hall(story).done == ["a", "c", "d"]


def test_a_wait_ends_with_the_place_and_the_turn_goes_on_to_others() -> None:
    async def story(hall: Hall) -> None:
        line = hall.line(most=5, patience=0.2)
        first = await hall.comes(line, "a")
        second, third = await hall.comes(line, "b"), await hall.comes(line, "c")
        told = await asyncio.gather(second, third, return_exceptions=True)
        assert [busy.ahead for busy in told if isinstance(busy, Busy)] == [1, 1]  # b had left when c was told
        assert hall.heard[-1] == 0
        hall.let_go()
        assert await first == "a"
        assert await (await hall.comes(line, "d")) == "d"

    in_hall(story)


@pytest.mark.parametrize(
    "change", [lambda t: "", lambda t: "1." + t, lambda t: t[:-1] + "x", lambda t: "票号", lambda t: "nan.0", lambda t: "."]
)
def test_a_forged_ticket_is_worth_nothing(change: Callable[[str], str]) -> None:
    async def story(hall: Hall) -> None:
        line = hall.line(most=1)
        tasks = [await hall.comes(line, name) for name in "ab"]
        with pytest.raises(Busy) as told:
            await (await hall.comes(line, "c"))
        with pytest.raises(Busy):
            await (await hall.comes(line, "c", change(told.value.ticket)))
        hall.let_go()
        await asyncio.gather(*tasks)

    assert in_hall(story).done == ["a", "b"]


def test_an_old_ticket_is_worth_nothing() -> None:
    async def story(hall: Hall) -> None:
        line = hall.line(most=1)
        first = await hall.comes(line, "a")
        second = await hall.comes(line, "b")
        with pytest.raises(Busy) as told:
            await (await hall.comes(line, "c"))
        second.cancel()
        hall.now += 299
        await asyncio.sleep(0.02)
        d = await hall.comes(line, "d")
        hall.now += 60
        with pytest.raises(Busy):
            await (await hall.comes(line, "c", told.value.ticket))
        hall.let_go()
        await asyncio.gather(first, d)

    in_hall(story)


def test_what_fails_frees_its_place() -> None:
    async def story(hall: Hall) -> None:
        line = hall.line(most=1)
        hall.let_go()

        def fails() -> None:
            raise ValueError("坏")

        for _ in range(5):
            with pytest.raises(ValueError, match="坏"):
                await line.run(fails)
        assert await line.run(hall.work("好")) == "好"

    in_hall(story)


def test_everybody_who_comes_is_answered_or_told_whatever_happens() -> None:
    """Many, some of whom leave; in the end the line is empty and free."""

    async def story(hall: Hall) -> None:
        line = hall.line(most=7, at_once=3, patience=0.05)
        hall.let_go()
        tasks = [asyncio.ensure_future(line.run(hall.work(str(number)))) for number in range(200)]
        for task in tasks[::5]:
            asyncio.get_running_loop().call_later(0.001, task.cancel)
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(end) for end in ended} <= {str, Busy, asyncio.CancelledError}
        assert hall.heard[-1] == 0
        assert await asyncio.gather(*(line.run(hall.work("好")) for _ in range(3))) == ["好"] * 3

    in_hall(story)


def test_programs_and_pages_are_asked_to_wait() -> None:
    """Nobody may wait here, so all but those that are being answered are told."""
    app = create_app(Staged(), Settings(queue=0, ask_rate=0))

    async def asks() -> tuple[list[httpx.Response], list[httpx.Response], str]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://youju") as client:
            one = {"question": "慢慢来,热线满意率"}
            busy = [asyncio.ensure_future(client.post("/api/v1/ask", json=one)) for _ in range(AT_ONCE)]
            await asyncio.sleep(0.5)
            refused = [await client.post(path, json=one) for path in ("/api/v1/ask", "/chat/answer")]
            page = await client.get("/", params={"q": "热线满意率"})
            return await asyncio.gather(*busy), refused, page.text

    answered, refused, page = run(asks())
    assert [response.status_code for response in answered] == [200] * AT_ONCE
    for response in refused:
        assert response.status_code == 503
        assert response.headers["content-type"] == "application/problem+json"
        assert 1 <= int(response.headers["retry-after"]) <= 30
        said = response.json()
        assert said["ahead"] == AT_ONCE
        assert said["detail"] == texts.PLACE_IN_LINE.format(count=AT_ONCE)
        assert said["ticket"]
    assert texts.PLACE_IN_LINE.format(count=AT_ONCE) in page
    assert ">热线满意率</textarea>" in page
    assert '<meta http-equiv="refresh"' in page
