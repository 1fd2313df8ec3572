"""``ask`` and ``evaluate``: questions, one or many, and how well they are answered."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.causes import cause
from corpus.errors import InputError
from qa.commands.batch import run_batch, text_of, texts_of
from qa.commands.chinese import ChineseCommand
from qa.commands.opening import Opening

if TYPE_CHECKING:
    from qa.records import Answer
    from qa.service import Service


@click.command(cls=ChineseCommand)
@click.argument("question", required=False, metavar="[问题]")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.option("--report", "report_ids", multiple=True, metavar="编号", help="只在这份报告里找(可以写多次)")
@click.option("--k", type=click.IntRange(1, 20), default=3, metavar="个数", help="最多给几句,1 到 20,不写是 3")
@click.option(
    "--batch", type=click.Path(path_type=Path), metavar="文件", help="成批提问:每行一个 JSON,含 id、question,可有 history、reports"
)
@click.pass_obj
def ask(opening: Opening, question: str | None, as_json: bool, report_ids: tuple[str, ...], k: int, batch: Path | None) -> None:
    """问一个问题;以短横线开头的问题写成:ask -- 问题。"""
    if (question is None) == (batch is None):
        raise click.UsageError("请给一个问题,或用 --batch 给一个文件,两样只给一样")
    service = opening.service(embeds=True)
    if batch is not None:
        answer_batch(service, batch, report_ids, k)
        return
    answer = service.ask(question or "", reports=report_ids, k=k)
    click.echo(json.dumps(answer.to_json(), ensure_ascii=False) if as_json else _as_text(answer))


def answer_batch(service: "Service", path: Path, report_ids: tuple[str, ...] = (), k: int = 3) -> None:
    """Answer every line of a file; ``report_ids`` holds for the lines that name no reports. Errors as ``run_batch``."""

    def reply(line: dict[str, Any]) -> dict[str, Any]:
        question, history, reports = text_of(line, "question"), texts_of(line, "history"), texts_of(line, "reports")
        return service.ask(question, history=history, reports=reports or report_ids, k=k).to_json()

    run_batch(path, reply)


@click.command(cls=ChineseCommand)
@click.argument("questions", type=click.Path(path_type=Path), metavar="问题文件")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.option("--misses", type=click.Path(path_type=Path), metavar="文件", help="把没答对的写进这个文件")
@click.pass_obj
def evaluate(opening: Opening, questions: Path, as_json: bool, misses: Path | None) -> None:
    """拿一份带标准答案的问题打分,按种类和说法分列。"""
    from qa.evaluate import evaluate as score
    from qa.evaluate import read_questions, table

    result = score(opening.service(embeds=True), read_questions(questions))
    if misses is not None:
        _write(misses, "".join(json.dumps(miss, ensure_ascii=False) + "\n" for miss in result.misses))
    click.echo(json.dumps(result.to_json(), ensure_ascii=False, indent=1) if as_json else table(result))


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"写不进文件 {path}:{cause(error)};请换一个地方") from error


def _as_text(answer: "Answer") -> str:
    """An answer for people at a terminal."""
    from qa.cite import titled

    if not answer.answered:
        lines = [answer.message]
        lines += ["报告写的是:"] * (answer.reason == "false_premise" and bool(answer.near))
        for near in answer.near:
            lines += [f"  “{near.sentence}”", f"  {' '.join((titled(near), *near.section))}  {near.link}"]
        return "\n".join(lines)
    blocks = [line for line in (f"按“{answer.understood}”理解" if answer.understood else "", answer.message, _how_often(answer)) if line]
    for citation in answer.citations:
        marked = citation.sentence
        for start, end in reversed(citation.highlights):
            a, b = start - citation.start, end - citation.start
            marked = f"{marked[:a]}【{marked[a:b]}】{marked[b:]}"
        blocks.append(f"“{marked}”\n  ——{titled(citation)} {' '.join(citation.section)}\n  {citation.link}")
    blocks += [f"还有一问没有找到答案:{part.question}" for part in answer.parts if not part.answered]
    return "\n\n".join(blocks)


def _how_often(answer: "Answer") -> str:
    """In how many sentences a figure looked up stands; "" when none was."""
    shown = len(answer.citations)
    if answer.occurrences <= shown:
        return f"报告里有 {answer.occurrences} 处写到:" if answer.occurrences else ""
    more = ",用 --k 20 可以多列" if shown < 20 else ""
    return f"报告里有 {answer.occurrences} 处写到,先列 {shown} 处{more}:"
