"""``check``: the figures of a draft against the reports."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa.commands.batch import run_batch, text_of, texts_of
from qa.commands.chinese import ChineseCommand
from qa.commands.opening import Opening

if TYPE_CHECKING:
    from qa.service import Service

_VERDICTS = {"supported": "相符", "contradicted": "不符", "not_found": "报告未写", "ambiguous": "需确认"}


@click.command(cls=ChineseCommand)
@click.argument("file", required=False, type=click.Path(path_type=Path), metavar="[稿子]")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.option("--report", "report_ids", multiple=True, metavar="编号", help="只和这份报告对(可以写多次)")
@click.option("--batch", type=click.Path(path_type=Path), metavar="文件", help="成批核对:每行一个 JSON,含 id、text,可有 reports")
@click.pass_obj
def check(opening: Opening, file: Path | None, as_json: bool, report_ids: tuple[str, ...], batch: Path | None) -> None:
    """核对稿子里的每个数字(.txt .md .docx .pdf .html;- 表示从标准输入读)。"""
    if (file is None) == (batch is None):
        raise click.UsageError("请给一个稿子文件,或用 --batch 给一个文件,两样只给一样")
    service = opening.service()
    if batch is not None:
        _check_batch(service, batch, report_ids)
        return
    from qa.draft import read_draft

    found = service.check(read_draft(file or Path("-")), report_ids)
    if as_json:
        click.echo(json.dumps([figure.to_json() for figure in found], ensure_ascii=False, indent=1))
        return
    for figure in found:
        says = f"  报告为 {figure.report_value}" if figure.report_value else ""
        where = f"  {figure.citation.link}" if figure.citation else ""
        click.echo(f"{_VERDICTS[figure.verdict]}  {figure.as_written}{says}{where}{'  ' + figure.note if figure.note else ''}")
    if not found:
        click.echo("这段稿子里没有找到数字,不用核对。")


def _check_batch(service: "Service", path: Path, report_ids: tuple[str, ...]) -> None:
    def reply(line: dict[str, Any]) -> dict[str, Any]:
        found = service.check(text_of(line, "text"), texts_of(line, "reports") or report_ids)
        return {"figures": [figure.to_json() for figure in found]}

    run_batch(path, reply)
