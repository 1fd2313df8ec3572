"""The command line: thin commands over ``Service``. Errors are one line on stderr; exit 0 success, 1 failure, 2 bad usage or input.

Heavy imports stand inside the commands, so that ``--help`` is instant.
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.errors import InputError, YoujuError

if TYPE_CHECKING:
    from qa.records import Answer
    from qa.service import Service

_HELP = {"help_option_names": ["-h", "--help"]}


class ChineseGroup(click.Group):
    """Says its few own words in Chinese."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The usage line."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="用法: ")


@click.group(cls=ChineseGroup, context_settings=_HELP)
def cli() -> None:
    """有据:只摘报告原话回答问题,每句都有出处。"""


@cli.command(context_settings=_HELP)
@click.option("--reports", type=click.Path(path_type=Path), help="报告文件夹,默认用设置 YOUJU_REPORTS")
@click.option("--index", type=click.Path(path_type=Path), help="索引文件夹,默认用设置 YOUJU_INDEX")
def build(reports: Path | None, index: Path | None) -> None:
    """建好或更新索引。"""
    started = time.perf_counter()
    built = _service(reports, index).build()
    sentences = sum(len(report.sentences) for report in built.reports)
    click.echo(f"{len(built.reports)} 份报告,{sentences} 句,{built.vectors} 个向量,用了 {time.perf_counter() - started:.1f} 秒")


@cli.command(context_settings=_HELP)
@click.argument("question", required=False)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.option("--report", "report_ids", multiple=True, help="只在这份报告里找(报告编号,可以写多次)")
@click.option("--k", type=click.IntRange(1, 20), default=3, show_default=True, help="最多给几句")
@click.option("--batch", type=click.Path(path_type=Path), help="成批提问:每行一个 JSON,含 id、question,可有 history、reports")
def ask(question: str | None, as_json: bool, report_ids: tuple[str, ...], k: int, batch: Path | None) -> None:
    """问一个问题;以短横线开头的问题写成:ask -- 问题。"""
    if (question is None) == (batch is None):
        raise click.UsageError("请给一个问题,或用 --batch 给一个文件,两样只给一样")
    service = _service()
    if batch is not None:
        _answer_batch(service, batch, k)
        return
    answer = service.ask(question or "", reports=report_ids, k=k)
    click.echo(json.dumps(answer.to_json(), ensure_ascii=False) if as_json else _as_text(answer))


def _answer_batch(service: "Service", path: Path, k: int) -> None:
    def reply(line: dict[str, Any]) -> dict[str, Any]:
        history, reports = line.get("history") or [], line.get("reports") or []
        question = _text(line, "question")
        for name, value in (("history", history), ("reports", reports)):
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise InputError(f"{name} 要是一列文字")
        return service.ask(question, history=history, reports=reports, k=k).to_json()

    _batch(path, reply)


def _batch(path: Path, reply: Any) -> None:
    """One JSON line out for each JSON line in; a bad line is answered in its place, and the exit status is 2."""
    bad = False
    for number, raw in _lines(path):
        line_id: Any = None
        try:
            line = json.loads(raw)
            if not isinstance(line, dict):
                raise InputError("每行要是一个 JSON 对象")
            line_id = line.get("id")
            out = {"id": line_id, **reply(line)}
        except json.JSONDecodeError as error:
            bad, out = True, {"id": line_id, "error": f"第 {number} 行不是 JSON:{error.msg}"}
        except RecursionError:
            bad, out = True, {"id": line_id, "error": f"第 {number} 行套得太深"}
        except YoujuError as error:
            bad, out = True, {"id": line_id, "error": f"第 {number} 行:{error}"}
        sys.stdout.write(json.dumps(out, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    if bad:
        raise SystemExit(2)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, with their number from 1; ``-`` reads standard input."""
    try:
        raw = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise InputError(f"读不到文件 {path}:{error.strerror};请检查路径") from error
    for number, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        text = line.decode("utf-8", errors="replace").strip()
        if text:
            yield number, text


def _text(line: dict[str, Any], name: str) -> str:
    value = line.get(name)
    if not isinstance(value, str):
        raise InputError(f"缺少文字 {name}")
    return value


@cli.command(context_settings=_HELP)
@click.argument("questions", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.option("--misses", type=click.Path(path_type=Path), help="把没答对的写进这个文件")
def evaluate(questions: Path, as_json: bool, misses: Path | None) -> None:
    """拿一份带标准答案的问题打分,按种类和说法分列。"""
    from qa.evaluate import evaluate as score
    from qa.evaluate import read_questions, table

    result = score(_service(), read_questions(questions))
    if misses is not None:
        misses.write_text("".join(json.dumps(miss, ensure_ascii=False) + "\n" for miss in result.misses), encoding="utf-8")
    click.echo(json.dumps(result.to_json(), ensure_ascii=False, indent=1) if as_json else table(result))


@cli.command(context_settings=_HELP)
def reports() -> None:
    """列出有哪些报告。"""
    for report in _service().reports():
        about = report.about
        click.echo(f"{report.report_id}\t{about.title}\t{about.published or '日期不详'}\t{len(report.sentences)} 句")


def _service(reports: Path | None = None, index: Path | None = None) -> "Service":
    """The service that the settings ask for; what it has to say goes to stderr."""
    from qa.service import from_settings
    from qa.settings import load_settings

    settings = load_settings()
    changed = {name: value for name, value in (("reports", reports), ("index", index)) if value is not None}
    return from_settings(settings.model_copy(update=changed), say=lambda line: click.echo(line, err=True), progress=_bar())


def _bar() -> Any:
    """A progress bar on stderr, once a build has more than a moment's work and somebody watches."""
    if not sys.stderr.isatty():
        return None
    bar: Any = None

    def show(done: int, total: int) -> None:
        nonlocal bar
        if bar is None:
            from tqdm import tqdm

            bar = tqdm(total=total, desc="建索引", unit="条", leave=False)
        bar.update(done - bar.n)
        if done >= total:
            bar.close()

    return show


def _as_text(answer: "Answer") -> str:
    """An answer for people at a terminal."""
    if not answer.answered:
        lines = [answer.message]
        if answer.near is not None:
            lines += ["报告写的是:", f"  “{answer.near.sentence}”", f"  {' '.join(answer.near.section)}  {answer.near.link}"]
        return "\n".join(lines)
    blocks = []
    for citation in answer.citations:
        marked = citation.sentence
        for start, end in reversed(citation.highlights):
            a, b = start - citation.start, end - citation.start
            marked = f"{marked[:a]}【{marked[a:b]}】{marked[b:]}"
        blocks.append(f"“{marked}”\n  ——《{citation.title}》 {' '.join(citation.section)}\n  {citation.link}")
    return "\n\n".join(blocks)


def main(arguments: list[str] | None = None) -> int:
    """Run a command; exit status."""
    try:
        cli.main(arguments, prog_name="python -m qa", standalone_mode=False)
    except click.ClickException as error:
        click.echo(f"用法不对:{error.format_message()};看用法:python -m qa --help", err=True)
        return 2
    except click.Abort:
        click.echo("已停下", err=True)
        return 1
    except InputError as error:
        click.echo(str(error), err=True)
        return 2
    except YoujuError as error:
        click.echo(str(error), err=True)
        return 1
    except SystemExit as done:
        return int(done.code or 0)
    except BrokenPipeError:
        return 1
    return 0
