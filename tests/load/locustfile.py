"""Visitors: each opens the page, reads, asks, and waits between questions as people do. Every answer is compared with the one given alone.

Run by ``python -m tests.load``, which first asks every question alone and leaves the answers in the file that LOAD_ALONE names.
"""

import json
import os
import random
import re
import time
from pathlib import Path

from locust import FastHttpUser, between, task
from locust.contrib.fasthttp import ResponseContextManager

ALONE = json.loads(Path(os.environ["LOAD_ALONE"]).read_text(encoding="utf-8"))
QUESTIONS = list(ALONE["json"])
REPORTS: dict[str, str] = ALONE["reports"]
DRAFT = "全年共办结热线工单2,905件,满意率94.1%。"
ASSET = re.compile(r'(?:href|src)="(/web/[^"]+\.(?:css|js)[^"]*)"')


class Visitor(FastHttpUser):
    """One person on a phone."""

    wait_time = between(float(os.environ.get("LOAD_LEAST", "4")), float(os.environ.get("LOAD_MOST", "12")))
    network_timeout = connection_timeout = 60.0

    def on_start(self) -> None:
        """Open the page and what it needs."""
        page = self.client.get("/", name="page").text or ""
        for path in sorted(set(ASSET.findall(page))):
            self.client.get(path, name="file")

    @task(6)
    def ask(self) -> None:
        """Ask as a program does; every citation must be the report's own words, and the answer the one given alone."""
        question = random.choice(QUESTIONS)
        with self.client.post("/api/v1/ask", json={"question": question}, name="ask", catch_response=True) as response:
            if _answered(response):
                answer = json.loads(response.text)
                cited = [*answer["citations"], *([answer["near"]] if "near" in answer else [])]
                if any(REPORTS[c["report_id"]][c["start"] : c["end"]] != c["sentence"] for c in cited):
                    response.failure("a citation is not verbatim")
                elif answer != ALONE["json"][question]:
                    response.failure("not the answer given alone")

    @task(3)
    def ask_on_the_page(self) -> None:
        """Ask as the page does."""
        question = random.choice(QUESTIONS)
        body = {"question": question}
        while body:
            with self.client.post("/chat/answer", json=body, name="ask on the page", catch_response=True) as response:
                if _answered(response) and response.text != ALONE["html"][question]:
                    response.failure("not the page given alone")
                body = _again(response, body)

    @task(1)
    def read(self) -> None:
        """Open the report."""
        self.client.get(f"/report/{random.choice(list(REPORTS))}", name="report")

    @task(1)
    def check(self) -> None:
        """Check a sentence of a draft."""
        with self.client.post("/api/v1/check", json={"text": DRAFT}, name="check", catch_response=True) as response:
            if _answered(response) and json.loads(response.text) != ALONE["check"]:
                response.failure("not the verdicts given alone")


def _again(response: ResponseContextManager, body: dict[str, str]) -> dict[str, str]:
    """What to send when our turn may have come, after waiting as told (locust makes it a wait of this visitor alone); else nothing."""
    if response.status_code != 503 or not response.headers.get("retry-after"):
        return {}
    time.sleep(float(response.headers["retry-after"]))
    return body | {"ticket": json.loads(response.text)["ticket"]}


def _answered(response: ResponseContextManager) -> bool:
    """Whether there is an answer to look at; being asked to wait is honest when it says for how long."""
    if response.status_code in (429, 503) and response.headers.get("retry-after"):
        response.request_meta["name"] += f": please wait ({response.status_code})"
        response.success()
        return False
    if response.status_code != 200:
        response.failure(f"status {response.status_code} {response.error or ''}".strip())
        return False
    return True
