"""Questions a second over HTTP: ``python tests/bench/throughput.py [--workers N …] [--visitors N …] [--questions N]``.

Every visitor asks the next question as soon as the last is answered, over one connection of their own. No question comes twice, so
no vector is remembered; they are the bank's. The clients share the machine with the service.
"""

import argparse
import http.client
import json
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "load")]

from loading import questions_of, service


def asked(url: str, questions: list[str], visitors: int) -> tuple[float, list[float], int]:
    """Ask all questions, so many at a time: seconds it took, milliseconds of each answer ascending, and how many were told to wait."""
    left, lock = iter(questions), threading.Lock()
    took: list[float] = []
    waits = 0

    def visit() -> None:
        nonlocal waits
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
        while True:
            with lock:
                question = next(left, None)
            if question is None:
                return
            started, body = time.perf_counter(), {"question": question}
            while (answer := posted(connection, body))[0] == 503:
                with lock:
                    waits += 1
                body["ticket"] = json.loads(answer[1])["ticket"]
                time.sleep(float(answer[2]))
            if answer[0] != 200:
                raise RuntimeError(f"status {answer[0]}")
            with lock:
                took.append((time.perf_counter() - started) * 1000)

    threads = [threading.Thread(target=visit) for _ in range(visitors)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    if len(took) != len(questions):
        raise RuntimeError(f"{len(questions) - len(took)} questions were not answered")
    return seconds, sorted(took), waits


def posted(connection: http.client.HTTPConnection, body: dict[str, str]) -> tuple[int, bytes, str]:
    """One question put: status, body, and when to come again."""
    connection.request("POST", "/api/v1/ask", json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    return response.status, response.read(), response.getheader("Retry-After", "")


def main() -> None:
    """Measure, and print the table as Markdown."""
    parser = argparse.ArgumentParser(prog="python tests/bench/throughput.py", description=__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--visitors", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--questions", type=int, default=400, help="of each measurement")
    given = parser.parse_args()
    bank = list(dict.fromkeys(questions_of(ROOT / "corpus" / "reports" / "yanji-2021" / "bank.jsonl")))
    if len(bank) < given.questions * len(given.visitors):
        parser.error(f"the bank has {len(bank)} questions")
    sys.stdout.write("| 工作进程 | 同时在问 | 每秒几问 | p50 毫秒 | p95 毫秒 | 请他再来 次 |\n" + "| --- " * 6 + "|\n")
    for workers in given.workers:
        with tempfile.TemporaryDirectory() as folder, service(Path(folder), workers) as (url, _):
            for place, visitors in enumerate(given.visitors):
                questions = bank[place * given.questions : (place + 1) * given.questions]
                seconds, took, waits = asked(url, questions, visitors)
                p50, p95 = took[len(took) // 2], took[len(took) * 19 // 20]
                row = f"| {workers} | {visitors} | {len(took) / seconds:.0f} | {p50:.0f} | {p95:.0f} | {waits} |\n"
                sys.stdout.write(row)
                sys.stdout.flush()


if __name__ == "__main__":
    main()
