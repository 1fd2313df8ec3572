"""``figures``, ``years`` and ``arithmetic``: the numbers that the reports print."""

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from qa.commands.chinese import ChineseCommand
from qa.commands.opening import Opening

if TYPE_CHECKING:
    from qa.over_years import Years

_HOLDS = {"holds": "对得上", "does_not_hold": "对不上", "cannot_tell": "说不准"}


def _table_forms(command: Callable[..., None]) -> Callable[..., None]:
    """The two forms that a table can take beside lines for people."""
    with_csv = click.option("--csv", "as_csv", is_flag=True, help="输出 CSV")(command)
    return click.option("--json", "as_json", is_flag=True, help="输出 JSON")(with_csv)


def _one_form(as_json: bool, as_csv: bool) -> None:
    if as_json and as_csv:
        raise click.UsageError("--json 和 --csv 只能写一个")


@click.command(cls=ChineseCommand)
@_table_forms
@click.option("--report", "report_id", metavar="编号", help="只列这份报告的")
@click.pass_obj
def figures(opening: Opening, as_json: bool, as_csv: bool, report_id: str | None) -> None:
    """列出报告里的全部数字:指标、数值、单位、出处。"""
    _one_form(as_json, as_csv)
    service = opening.service()
    rows = [
        {**figure.to_json(), "sentence": service.report(figure.report_id).by_id[figure.sentence_id].text}
        for figure in service.figures(report_id)
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    from qa.register_csv import register_csv

    if as_csv:
        sys.stdout.write(register_csv(rows))
        return
    for row in rows:
        click.echo(f"{row['printed']}\t{row['indicator']}\t/report/{row['report_id']}#{row['sentence_id']}")


@click.command(cls=ChineseCommand)
@click.argument("indicator", metavar="指标")
@_table_forms
@click.pass_obj
def years(opening: Opening, indicator: str, as_json: bool, as_csv: bool) -> None:
    """一个指标在各份报告里的数字,按年份排:结果和目标分开,附原句。"""
    from qa.over_years_table import years_csv

    _one_form(as_json, as_csv)
    if not indicator.strip():
        raise click.UsageError("请给一个指标,例如 粮食产量")
    found = opening.service().years(indicator)
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False, indent=1))
    elif as_csv:
        sys.stdout.write(years_csv(found))
    else:
        _tell_years(found, indicator)


def _tell_years(found: "Years", indicator: str) -> None:
    from qa.over_years_table import MEASURES, NO_YEAR, ROLES, basis

    for series in found.series:
        click.echo(f"{series.name}{MEASURES[series.measure]}  {ROLES[series.role]}")
        for point in series.points:
            year = f"{point.when.year}年" if point.when.year else NO_YEAR
            click.echo(f"  {year}  {point.figure.printed}  {point.link}  {basis(point)}")
    if not found.series:
        click.echo(f"各份报告里都没有“{indicator}”的数字。")
    if found.others:
        click.echo("名称相近的指标:" + "、".join(name for name, _ in found.others))


@click.command(cls=ChineseCommand)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.option("--report", "report_id", metavar="编号", help="只算这份报告的")
@click.pass_obj
def arithmetic(opening: Opening, as_json: bool, report_id: str | None) -> None:
    """重算报告自己写的比例、合计和个数。"""
    rows = [computation.to_json() for computation in opening.service().arithmetic(report_id)]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        where = row["citations"][0]["link"] if row["citations"] else ""
        sum_ = f"  {row['expression']} = {row['computed']}" if row["computed"] else f"  {row['expression']}"
        click.echo(f"{_HOLDS[row['verdict']]}{sum_.rstrip()}  报告写 {row['stated']}  {where}")
