"""``build``, ``add``, ``remove``, ``restore``, ``reports`` and ``backup``: the reports we have, and all that is kept."""

import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa.commands.chinese import ChineseCommand
from qa.commands.opening import Opening

if TYPE_CHECKING:
    from qa.backup import Contents
    from qa.service import Service


@click.command(cls=ChineseCommand)
@click.option("--reports", type=click.Path(path_type=Path), metavar="文件夹", help="报告文件夹,默认用设置 YOUJU_REPORTS")
@click.option("--index", type=click.Path(path_type=Path), metavar="文件夹", help="索引文件夹,默认用设置 YOUJU_INDEX")
@click.pass_obj
def build(opening: Opening, reports: Path | None, index: Path | None) -> None:
    """建好或更新索引。"""
    started = time.perf_counter()
    built = opening.service(reports, index).build()
    sentences = sum(len(report.sentences) for report in built.reports)
    click.echo(f"{len(built.reports)} 份报告,{sentences} 句,{built.vectors} 个向量,用了 {time.perf_counter() - started:.1f} 秒")


@click.command(cls=ChineseCommand)
@click.argument("file", type=click.Path(path_type=Path), metavar="文件")
@click.option("--title", default="", metavar="标题", help="标题;不写就从文件里认")
@click.option("--year", type=click.IntRange(1900, 2100), metavar="年", help="报告写的是哪一年;不写就从标题里认")
@click.option("--published", type=click.DateTime(["%Y-%m-%d"]), metavar="日期", help="发布日期,如 2022-03-30")
@click.option("--publisher", default="", metavar="单位", help="发布单位")
@click.option("--source-url", default="", metavar="网址", help="原来发布在哪个网址")
@click.option("--id", "wanted_id", default="", metavar="编号", help="编号,用在链接里;不写就自己取一个")
@click.option("--yes", is_flag=True, help="不问,直接加入")
@click.pass_obj
def add(
    opening: Opening,
    file: Path,
    title: str,
    year: int | None,
    published: datetime | None,
    publisher: str,
    source_url: str,
    wanted_id: str,
    yes: bool,
) -> None:
    """加入一份报告(.docx .pdf .html .txt .md);标题、年份、发布日期、发布单位从文件里认出来,请您核对。"""
    from corpus.extract import extract
    from corpus.identify import identify
    from qa.adding import corrected, told

    service = opening.service(embeds=True)
    read = extract(file)
    day = published.date() if published else None
    given = {"title": title, "year": year, "published": day, "publisher": publisher, "source_url": source_url}
    made = service.plan_report(read, corrected(identify(read, file.name), given), wanted_id)
    for label, value in told(made, read):
        click.echo(f"{label}:{value}")
    if made.does == "nothing":
        click.echo(f"这份报告已经有了,没有再加:{made.report_id}")
        return
    if not yes and sys.stdin.isatty() and sys.stdout.isatty() and not _agreed():
        click.echo("没有加入。要改认错的地方,请加上 --title、--year、--published、--publisher 或 --source-url 再来一次。")
        return
    service.add_report(made)
    done = "已换成新的文字,旧链接还能用" if made.does == "replace" else "已加入"
    _indexed(service, f"{done}:{made.report_id}(要撤回:python -m qa {'restore' if made.does == 'replace' else 'remove'} {made.report_id})")


def _agreed() -> bool:
    said = click.prompt("这样加入吗?回车表示是,不要就写 n", default="", show_default=False, prompt_suffix=" ")
    return str(said).strip().lower() in ("", "y", "yes", "是")


def _indexed(service: "Service", done: str) -> None:
    """Say what was done, then bring the index up to date."""
    click.echo(done)
    started = time.perf_counter()
    service.build()
    click.echo(f"索引也更新了,用了 {time.perf_counter() - started:.1f} 秒;可以问了")


@click.command(cls=ChineseCommand)
@click.argument("report_id", metavar="编号")
@click.pass_obj
def remove(opening: Opening, report_id: str) -> None:
    """移走一份报告;还可以用 restore 找回。"""
    service = opening.service()
    gone = service.remove_report(report_id)
    _indexed(service, f"已移走:《{gone.title}》(要找回:python -m qa restore {gone.report_id})")


@click.command(cls=ChineseCommand)
@click.argument("report_id", required=False, metavar="[编号|备份文件]")
@click.option("--check", "only_check", is_flag=True, help="只检查备份文件是否完好,什么也不动")
@click.pass_obj
def restore(opening: Opening, report_id: str | None, only_check: bool) -> None:
    """找回移走的报告,或换回被替换的旧文字;不写编号就列出有哪些。

    给的是备份文件,就恢复成备份时的样子(先停下服务;换下来的留在旁边的隐藏文件夹里)。
    """
    from corpus.library import is_report_id

    if report_id is not None and (only_check or not is_report_id(report_id) or Path(report_id).is_file()):
        _restore_backup(opening, Path(report_id), only_check=only_check)
        return
    service = opening.service()
    if report_id is None:
        for one in service.removed_reports():
            click.echo(f"{one.report_id}\t{one.title}\t{one.at.astimezone():%Y-%m-%d %H:%M} 移走或替换")
        return
    back = service.restore_report(report_id)
    _indexed(service, f"已找回:《{back.title}》(编号 {back.report_id})")


@click.command(cls=ChineseCommand)
@click.pass_obj
def reports(opening: Opening) -> None:
    """列出有哪些报告。"""
    service = opening.service()
    there = service.reports()
    home = service.home() if len(there) > 1 else None
    for report in there:
        about = report.about
        line = [report.report_id, about.title, str(about.published or "日期不详"), f"{len(report.sentences)} 句"]
        line += [f"{about.year}年" if about.year else "年份不详", about.publisher or "发布单位不详"]
        click.echo("\t".join([*line, *(["没说哪份时先问这份"] if report is home else [])]))


@click.command(cls=ChineseCommand)
@click.argument("file", type=click.Path(path_type=Path), metavar="文件")
@click.pass_obj
def backup(opening: Opening, file: Path) -> None:
    """把报告、补充的问题库和提问记录存进一个文件;运行着也可以。"""
    from qa.backup import write_backup

    settings = opening.settings()
    contents = write_backup(settings.reports, settings.state, file)
    click.echo(f"已备份到 {file}:{_counted(contents)}。设置(.env)里有密码,没有放进去,请另外保存")


def _restore_backup(opening: Opening, file: Path, *, only_check: bool) -> None:
    from qa.restore import check_backup, restore_backup

    settings = opening.settings()
    if only_check:
        click.echo(f"备份完好:{_counted(check_backup(file))}")
        return
    contents, kept = restore_backup(file, settings.reports, settings.state)
    click.echo(f"已恢复:{_counted(contents)}。换下来的在 {settings.state / kept} 和 {settings.reports / kept},确认无误后可以删掉")


def _counted(contents: "Contents") -> str:
    return f"{contents.made} 做的,{contents.reports} 份报告,共 {contents.files} 个文件,{contents.size / 1e6:.1f} MB"
