"""``bank``: the question bank, what people ask and which sentence answers it."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.errors import InputError
from qa.commands.batch import read_lines
from qa.commands.chinese import ChineseGroup
from qa.commands.opening import Opening, which

if TYPE_CHECKING:
    from corpus.bank import BankQuestion
    from qa.upkeep.suggestions import Suggestion


@click.group(cls=ChineseGroup)
def bank() -> None:
    """问题库:人们的问法,指到报告的哪一句。"""


_REPORT_ID = click.option("--report", "report_id", metavar="编号", help="报告编号;只有一份报告时可以不写")


@bank.command("add")
@click.argument("question", metavar="问题")
@click.option("--quote", default="", metavar="原话", help="回答它的报告原话,一字不差")
@click.option("--reason", default="", metavar="原因", help="报告没写时,说明缺的是哪一类,如 phone、money、detail_absent")
@click.option("--by", "added_by", default="", metavar="姓名", help="谁加的")
@_REPORT_ID
@click.pass_obj
def bank_add(opening: Opening, question: str, quote: str, reason: str, added_by: str, report_id: str | None) -> None:
    """加一个问题,马上生效。"""
    from corpus.bank import BankQuestion

    entry = BankQuestion(question, quote, reason, added_by)
    service = opening.service()
    [entry] = service.add_bank(which(service, report_id), entry)
    click.echo(f"已加入问题库:{entry.question}")


@bank.command("remove")
@click.argument("question", metavar="问题")
@_REPORT_ID
@click.pass_obj
def bank_remove(opening: Opening, question: str, report_id: str | None) -> None:
    """撤回自己加的一个问题。"""
    service = opening.service()
    click.echo(f"已撤回:{service.remove_bank(which(service, report_id), question).question}")


@bank.command("list")
@click.option("--own", is_flag=True, help="只列自己加的")
@_REPORT_ID
@click.pass_obj
def bank_list(opening: Opening, own: bool, report_id: str | None) -> None:
    """列出问题库。"""
    for entry in _entries(opening, report_id, own=own):
        click.echo(f"{entry.question}\t{entry.quote or '报告没有:' + entry.reason}")


@bank.command("export")
@click.option("--own", is_flag=True, help="只导出自己加的")
@_REPORT_ID
@click.pass_obj
def bank_export(opening: Opening, own: bool, report_id: str | None) -> None:
    """导出问题库,每行一个 JSON。"""
    from corpus.bank import export_bank

    sys.stdout.write(export_bank(_entries(opening, report_id, own=own)))


@bank.command("import")
@click.argument("file", type=click.Path(path_type=Path), metavar="文件")
@_REPORT_ID
@click.pass_obj
def bank_import(opening: Opening, file: Path, report_id: str | None) -> None:
    """导入问题库:先全部检查,有一行不对就一行也不加;已经有的跳过。"""
    from corpus.bank import import_bank, same_question

    service = opening.service()
    report_id = which(service, report_id)
    entries = import_bank(_joined(file), service.report(report_id))
    there = {same_question(entry.question) for entry in service.bank(report_id)}
    new = [entry for entry in entries if same_question(entry.question) not in there]
    service.add_bank(report_id, *new)
    click.echo(f"加入 {len(new)} 个问题,{len(entries) - len(new)} 个已经有了")


@bank.command("suggest")
@click.option("--most", default=20, type=click.IntRange(1, 500), show_default=True, metavar="数", help="最多列几条")
@click.option("--json", "as_json", is_flag=True, help="每行一个 JSON")
@click.pass_obj
def bank_suggest(opening: Opening, most: int, as_json: bool) -> None:
    """居民问了没有答上、报告里有相近原话的:请看看原话算不算回答,再加进问题库。"""
    from contextlib import closing

    from qa.log import open_log
    from qa.upkeep.suggestions import suggestions

    settings = opening.settings()
    service = opening.service(embeds=True)
    with closing(open_log(settings.state, settings.retention, lambda line: click.echo(line, err=True))) as log:
        groups = log.groups_of_unanswered(settings.retention)
    found = list(suggestions(groups, service.ask, most))
    for one in found:
        click.echo(json.dumps(one.to_json(), ensure_ascii=False) if as_json else _suggestion(one))
    if not found and not as_json:
        click.echo("提问记录里没有要补的:没有答上的问题,报告里都没有相近的原话")


def _suggestion(one: "Suggestion") -> str:
    """For people at a terminal: what was asked, what comes near, and the two ways to decide."""
    from qa.cite import titled

    near = one.nearest[0]
    others = f"(还问过:{'、'.join(one.wordings[1:4])})" if one.wordings[1:] else ""
    named = f"python -m qa bank add --report {near.report_id}"
    return (
        f"{one.count} 次  {one.wordings[0]}{others}\n  最接近:“{near.sentence}”——{titled(near)}  {near.link}\n"
        f"  是回答:{named} '问题' --quote '原话里回答它的几个字'\n  不是:{named} '问题' --reason detail_absent\n"
    )


def _joined(file: Path) -> str:
    try:
        return "\n".join(line.decode() for _, line in read_lines(file))
    except UnicodeDecodeError as error:
        raise InputError(f"{file} 不是 UTF-8 编码;请另存为 UTF-8 再试") from error


def _entries(opening: Opening, report_id: str | None, *, own: bool) -> "Sequence[BankQuestion]":
    service = opening.service()
    report_id = which(service, report_id)
    return service.own_bank(report_id) if own else service.bank(report_id)
