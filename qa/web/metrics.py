"""What the service does, as numbers: for Prometheus at ``/metrics``, and one line a request. No visitor's words, no whole address.

With several workers each keeps its numbers in files that all can read (prometheus_client's multiprocess mode), so whichever is asked
tells the sum; the supervisor says where, in ``PROMETHEUS_MULTIPROC_DIR``.
"""

import hmac
import os
import platform
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from qa.records import Answer
from qa.service import Recorder
from qa.service import Service as FullService
from qa.stages import Spent
from qa.web.contract import Service
from qa.web.problems import problem

_SECONDS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # upper bounds of histograms
_EVERY = 2.0  # seconds between two looks at states
_PACKAGES = ("faiss-cpu", "gradio", "sentence-transformers", "torch")


class Metrics:
    """The numbers of one application. It listens where a ``Recorder`` is wanted, and passes on what it hears."""

    def __init__(self, recorder: Recorder | None = None, heard: Callable[[Answer], None] = lambda _: None) -> None:
        """Nothing is counted yet.

        Args:
            recorder: who else wants to know what was asked.
            heard: told every answer, in the request that asked for it.
        """
        self._recorder = recorder
        self._heard = heard
        self._registry = own = CollectorRegistry()
        self.questions = Counter("youju_questions", "Questions answered or refused.", ("outcome", "reason", "kind"), registry=own)
        self.feedback_votes = Counter("youju_feedback", "Votes on answers.", ("vote",), registry=own)
        self.stages = Histogram("youju_answer_seconds", "Time to an answer, by stage.", ("stage",), registry=own, buckets=_SECONDS)
        self.requests = Counter("youju_requests", "HTTP requests answered.", ("route", "method", "status"), registry=own)
        self.durations = Histogram("youju_request_seconds", "Time to a response.", ("route",), registry=own, buckets=_SECONDS)
        self.in_flight = Gauge("youju_requests_in_flight", "HTTP requests begun.", registry=own, multiprocess_mode="livesum")
        self.waiting = Gauge("youju_questions_waiting", "Questions in the queue.", registry=own, multiprocess_mode="livesum")
        self.vectors = Gauge("youju_index_vectors", "Vectors in the index.", registry=own, multiprocess_mode="livemax")
        self.reports = Gauge("youju_reports", "Reports that are answered from.", registry=own, multiprocess_mode="livemax")
        self.ready = Gauge("youju_ready", "Workers that can answer.", registry=own, multiprocess_mode="livesum")
        self.memory = Gauge("youju_memory_bytes", "Resident memory, own and shared.", registry=own, multiprocess_mode="liveall")
        built = Gauge("youju_build_info", "Versions.", ("python", *map(_label, _PACKAGES)), registry=own, multiprocess_mode="livemax")
        built.labels(platform.python_version(), *map(version, _PACKAGES)).set(1)

    def asked(self, question: str, answer: Answer, milliseconds: float, spent: Spent, /) -> None:
        """One question, what was answered, how long it took, and where that time went."""
        self.questions.labels("answered" if answer.answered else "refused", answer.reason or "", answer.kind).inc()
        for name, seconds in spent.items():
            self.stages.labels(name).observe(seconds)
        self.stages.labels("total").observe(milliseconds / 1000)
        self._heard(answer)
        if self._recorder is not None:
            self._recorder.asked(question, answer, milliseconds, spent)

    def feedback(self, question: str, sentence_id: str, vote: str, reason: str) -> None:
        """One vote on an answer."""
        self.feedback_votes.labels(vote).inc()
        if self._recorder is not None:
            self._recorder.feedback(question, sentence_id, vote, reason)

    def written(self) -> bytes:
        """All numbers, of all workers, in Prometheus' text form."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self._registry)
        of_all = CollectorRegistry()
        MultiProcessCollector(of_all)  # type: ignore[no-untyped-call]
        return generate_latest(of_all)


def look_at(service: Service, metrics: Metrics, clock: Callable[[], float] = time.monotonic) -> Callable[[], None]:
    """What brings the numbers up to date that are states rather than counts; it looks once in a few seconds, however often it is called."""
    looked = float("-inf")

    def look() -> None:
        nonlocal looked
        if clock() - looked < _EVERY:
            return
        looked = clock()
        metrics.memory.set(_resident_bytes())
        metrics.ready.set(int(service.ready))
        metrics.reports.set(len(service.reports()))
        if isinstance(service, FullService) and service.ready:
            metrics.vectors.set(service.answerer().index.vectors)

    return look


def _resident_bytes() -> int:
    """Memory of this process that is in use, shared pages included; 0 where that cannot be told."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def router(metrics: Metrics, access: str, look: Callable[[], None]) -> APIRouter:
    """``/metrics``, for anybody who reaches it (``on``), for who has the token (any other word), or for nobody (``off``)."""
    routes = APIRouter(include_in_schema=False)

    if access != "off":

        @routes.get("/metrics")
        def numbers(request: Request) -> Response:
            given = request.headers.get("authorization", "")
            if access != "on" and not hmac.compare_digest(given.encode(), f"Bearer {access}".encode()):
                return problem(401, headers={"WWW-Authenticate": "Bearer"})
            look()
            return Response(metrics.written(), media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})

    return routes


def _label(package: str) -> str:
    return package.replace("-", "_")
