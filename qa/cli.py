"""The command line: thin commands over ``Service``. Errors are one line on stderr; exit 0 success, 1 failure, 2 bad usage or input.

Heavy imports stand inside the commands, so that ``--help`` is instant.
"""

import json
import math
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.causes import cause
from corpus.errors import InputError, YoujuError, exit_status

if TYPE_CHECKING:
    from qa.backup import Contents
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
        question, history, reports = _text(line, "question"), _texts(line, "history"), _texts(line, "reports")
        return service.ask(question, history=history, reports=reports, k=k).to_json()

    _batch(path, reply)


def _batch(path: Path, reply: Any) -> None:
    """One JSON line out for each JSON line in; a bad line is answered in its place, and the exit status is 2."""
    bad = False
    for number, raw in _lines(path):
        line_id: Any = None
        try:
            line = json.loads(raw.decode(), parse_constant=_no_number, parse_float=_finite)
            if not isinstance(line, dict):
                raise InputError("每行要是一个 JSON 对象")
            line_id = line.get("id")
            out = _line({"id": line_id, **reply(line)})
        except UnicodeDecodeError:
            bad, out = True, _line({"id": line_id, "error": f"第 {number} 行不是 UTF-8 编码;请另存为 UTF-8 再试"})
        except ValueError:  # also a number of more digits than Python reads
            bad, out = True, _line({"id": line_id, "error": f"第 {number} 行不是 JSON;请检查引号、逗号和括号"})
        except RecursionError:  # perhaps the id's own
            bad, out = True, _line({"id": None, "error": f"第 {number} 行套得太深"})
        except YoujuError as error:
            bad, out = True, _line({"id": line_id, "error": f"第 {number} 行:{error}"})
        sys.stdout.write(out)
        sys.stdout.flush()
    if bad:
        raise SystemExit(2)


def _line(out: dict[str, Any]) -> str:
    return json.dumps(out, ensure_ascii=False, allow_nan=False) + "\n"


def _no_number(written: str) -> float:
    """NaN and Infinity: Python writes and reads them, JSON has no such thing."""
    raise ValueError(written)


def _finite(written: str) -> float:
    number = float(written)
    if math.isinf(number):
        raise InputError(f"{written[:20]} 太大,不是能用的数")
    return number


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank, with their number from 1; ``-`` reads standard input."""
    try:
        raw = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise InputError(f"读不到文件 {path}:{cause(error)};请检查路径") from error
    for number, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if line.strip():
            yield number, line.strip()


def _text(line: dict[str, Any], name: str) -> str:
    value = line.get(name)
    if not isinstance(value, str):
        raise InputError(f"缺少文字 {name}")
    return value


def _texts(line: dict[str, Any], name: str) -> list[str]:
    value = line.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InputError(f"{name} 要是一列文字")
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
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--title", default="", help="标题;不写就从文件里认")
@click.option("--year", type=click.IntRange(1900, 2100), help="报告写的是哪一年;不写就从标题里认")
@click.option("--published", type=click.DateTime(["%Y-%m-%d"]), help="发布日期,如 2022-03-30")
@click.option("--publisher", default="", help="发布单位")
@click.option("--source-url", default="", help="原来发布在哪个网址")
@click.option("--id", "wanted_id", default="", help="编号,用在链接里;不写就自己取一个")
@click.option("--yes", is_flag=True, help="不问,直接加入")
def add(
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

    service = _service()
    read = extract(file)
    given = {"title": title, "year": year, "published": published.date() if published else None, "publisher": publisher, "source_url": source_url}
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
    click.echo(f"索引也更新了,用了 {time.perf_counter() - started:.1f} 秒")


@cli.command(context_settings=_HELP)
@click.argument("report_id")
def remove(report_id: str) -> None:
    """移走一份报告;还可以用 restore 找回。"""
    service = _service()
    gone = service.remove_report(report_id)
    _indexed(service, f"已移走:《{gone.title}》(要找回:python -m qa restore {gone.report_id})")


@cli.command(context_settings=_HELP)
@click.argument("report_id", required=False, metavar="[编号|备份文件]")
@click.option("--check", "only_check", is_flag=True, help="只检查备份文件是否完好,什么也不动")
def restore(report_id: str | None, only_check: bool) -> None:
    """找回移走的报告,或换回被替换的旧文字;不写编号就列出有哪些。

    给的是备份文件,就恢复成备份时的样子(先停下服务;换下来的留在旁边的隐藏文件夹里)。
    """
    from corpus.library import is_report_id

    if report_id is not None and (only_check or not is_report_id(report_id) or Path(report_id).is_file()):
        _restore_backup(Path(report_id), only_check=only_check)
        return
    service = _service()
    if report_id is None:
        for one in service.removed_reports():
            click.echo(f"{one.report_id}\t{one.title}\t{one.at.astimezone():%Y-%m-%d %H:%M} 移走或替换")
        return
    back = service.restore_report(report_id)
    _indexed(service, f"已找回:《{back.title}》(编号 {back.report_id})")


@cli.command(context_settings=_HELP)
def reports() -> None:
    """列出有哪些报告。"""
    service = _service()
    there = service.reports()
    home = service.home() if len(there) > 1 else None
    for report in there:
        about = report.about
        line = [report.report_id, about.title, str(about.published or "日期不详"), f"{len(report.sentences)} 句"]
        line += [f"{about.year}年" if about.year else "年份不详", about.publisher or "发布单位不详"]
        click.echo("\t".join([*line, *(["没说哪份时先问这份"] if report is home else [])]))


@cli.command(context_settings=_HELP)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.option("--report", "report_ids", multiple=True, help="只和这份报告对(报告编号,可以写多次)")
@click.option("--batch", type=click.Path(path_type=Path), help="成批核对:每行一个 JSON,含 id、text")
def check(file: Path | None, as_json: bool, report_ids: tuple[str, ...], batch: Path | None) -> None:
    """核对稿子里的每个数字(.txt .md .docx .pdf .html;- 表示从标准输入读)。"""
    if (file is None) == (batch is None):
        raise click.UsageError("请给一个稿子文件,或用 --batch 给一个文件,两样只给一样")
    service = _service()
    if batch is not None:
        def reply(line: dict[str, Any]) -> dict[str, Any]:
            found = service.check(_text(line, "text"), _texts(line, "reports") or report_ids)
            return {"figures": [figure.to_json() for figure in found]}

        _batch(batch, reply)
        return
    from qa.draft import read_draft

    found = service.check(read_draft(file or Path("-")), report_ids)
    if as_json:
        click.echo(json.dumps([figure.to_json() for figure in found], ensure_ascii=False, indent=1))
        return
    names = {"supported": "相符", "contradicted": "不符", "not_found": "报告未写", "ambiguous": "需确认"}
    for figure in found:
        says = f"  报告为 {figure.report_value}" if figure.report_value else ""
        where = f"  {figure.citation.link}" if figure.citation else ""
        click.echo(f"{names[figure.verdict]}  {figure.as_written}{says}{where}{'  ' + figure.note if figure.note else ''}")
    if not found:
        click.echo("这段稿子里没有找到数字,不用核对。")


@cli.command(context_settings=_HELP)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.option("--csv", "as_csv", is_flag=True, help="输出 CSV")
@click.option("--report", "report_id", help="只列这份报告的")
def figures(as_json: bool, as_csv: bool, report_id: str | None) -> None:
    """列出报告里的全部数字:指标、数值、单位、出处。"""
    service = _service()
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


@cli.command(context_settings=_HELP)
@click.argument("indicator")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.option("--csv", "as_csv", is_flag=True, help="输出 CSV")
def years(indicator: str, as_json: bool, as_csv: bool) -> None:
    """一个指标在各份报告里的数字,按年份排:结果和目标分开,附原句。"""
    from qa.over_years_table import MEASURES, NO_YEAR, ROLES, basis, years_csv

    if not indicator.strip():
        raise click.UsageError("请给一个指标,例如 粮食产量")
    found = _service().years(indicator)
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False, indent=1))
        return
    if as_csv:
        sys.stdout.write(years_csv(found))
        return
    for series in found.series:
        click.echo(f"{series.name}{MEASURES[series.measure]}  {ROLES[series.role]}")
        for point in series.points:
            year = f"{point.when.year}年" if point.when.year else NO_YEAR
            click.echo(f"  {year}  {point.figure.printed}  {point.link}  {basis(point)}")
    if not found.series:
        click.echo(f"各份报告里都没有“{indicator}”的数字。")
    if found.others:
        click.echo("名称相近的指标:" + "、".join(name for name, _ in found.others))


@cli.command(context_settings=_HELP)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.option("--report", "report_id", help="只算这份报告的")
def arithmetic(as_json: bool, report_id: str | None) -> None:
    """重算报告自己写的比例、合计和个数。"""
    rows = [computation.to_json() for computation in _service().arithmetic(report_id)]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    names = {"holds": "对得上", "does_not_hold": "对不上", "cannot_tell": "说不准"}
    for row in rows:
        where = row["citations"][0]["link"] if row["citations"] else ""
        sum_ = f"  {row['expression']} = {row['computed']}" if row["computed"] else f"  {row['expression']}"
        click.echo(f"{names[row['verdict']]}{sum_.rstrip()}  报告写 {row['stated']}  {where}")


@cli.group(cls=ChineseGroup, context_settings=_HELP)
def bank() -> None:
    """问题库:人们的问法,指到报告的哪一句。"""


_REPORT_ID = click.option("--report", "report_id", help="报告编号;只有一份报告时可以不写")


@bank.command("add", context_settings=_HELP)
@click.argument("question")
@click.option("--quote", default="", help="回答它的报告原话,一字不差")
@click.option("--reason", default="", help="报告没写时,说明缺的是哪一类,如 phone、money、detail_absent")
@click.option("--by", "added_by", default="", help="谁加的")
@_REPORT_ID
def bank_add(question: str, quote: str, reason: str, added_by: str, report_id: str | None) -> None:
    """加一个问题,马上生效。"""
    from corpus.bank import BankQuestion

    service = _service()
    [entry] = service.add_bank(_which(service, report_id), BankQuestion(question, quote, reason, added_by))
    click.echo(f"已加入问题库:{entry.question}")


@bank.command("remove", context_settings=_HELP)
@click.argument("question")
@_REPORT_ID
def bank_remove(question: str, report_id: str | None) -> None:
    """撤回自己加的一个问题。"""
    service = _service()
    click.echo(f"已撤回:{service.remove_bank(_which(service, report_id), question).question}")


@bank.command("list", context_settings=_HELP)
@click.option("--own", is_flag=True, help="只列自己加的")
@_REPORT_ID
def bank_list(own: bool, report_id: str | None) -> None:
    """列出问题库。"""
    service = _service()
    report_id = _which(service, report_id)
    for entry in service.own_bank(report_id) if own else service.bank(report_id):
        click.echo(f"{entry.question}\t{entry.quote or '报告没有:' + entry.reason}")


@bank.command("export", context_settings=_HELP)
@click.option("--own", is_flag=True, help="只导出自己加的")
@_REPORT_ID
def bank_export(own: bool, report_id: str | None) -> None:
    """导出问题库,每行一个 JSON。"""
    from corpus.bank import export_bank

    service = _service()
    report_id = _which(service, report_id)
    sys.stdout.write(export_bank(service.own_bank(report_id) if own else service.bank(report_id)))


@bank.command("import", context_settings=_HELP)
@click.argument("file", type=click.Path(path_type=Path))
@_REPORT_ID
def bank_import(file: Path, report_id: str | None) -> None:
    """导入问题库:先全部检查,有一行不对就一行也不加;已经有的跳过。"""
    from corpus.bank import import_bank, same_question

    service = _service()
    report_id = _which(service, report_id)
    entries = import_bank(_joined(file), service.report(report_id))
    there = {same_question(entry.question) for entry in service.bank(report_id)}
    new = [entry for entry in entries if same_question(entry.question) not in there]
    service.add_bank(report_id, *new)
    click.echo(f"加入 {len(new)} 个问题,{len(entries) - len(new)} 个已经有了")


@cli.command(context_settings=_HELP)
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """把报告、补充的问题库和提问记录存进一个文件;运行着也可以。"""
    from qa.backup import write_backup
    from qa.settings import load_settings

    settings = load_settings()
    contents = write_backup(settings.reports, settings.state, file)
    click.echo(f"已备份到 {file}:{_counted(contents)}。设置(.env)里有密码,没有放进去,请另外保存")


def _restore_backup(file: Path, *, only_check: bool) -> None:
    from qa.restore import check_backup, restore_backup
    from qa.settings import load_settings

    settings = load_settings()
    if only_check:
        click.echo(f"备份完好:{_counted(check_backup(file))}")
        return
    contents, kept = restore_backup(file, settings.reports, settings.state)
    click.echo(f"已恢复:{_counted(contents)}。换下来的在 {settings.state / kept} 和 {settings.reports / kept},确认无误后可以删掉")


def _counted(contents: "Contents") -> str:
    return f"{contents.made} 做的,{contents.reports} 份报告,共 {contents.files} 个文件,{contents.size / 1e6:.1f} MB"


def _joined(file: Path) -> str:
    try:
        return "\n".join(line.decode() for _, line in _lines(file))
    except UnicodeDecodeError as error:
        raise InputError(f"{file} 不是 UTF-8 编码;请另存为 UTF-8 再试") from error


def _which(service: "Service", report_id: str | None) -> str:
    """The report meant: the one named, or the only one there is."""
    if report_id is not None:
        return service.report(report_id).report_id
    ids = [report.report_id for report in service.reports()]
    if len(ids) > 1:
        raise InputError(f"有 {len(ids)} 份报告,请用 --report 说明是哪一份:{'、'.join(ids[:10])}")
    return ids[0]


def _service(reports: Path | None = None, index: Path | None = None) -> "Service":
    """The service that the settings ask for; what it has to say goes to stderr."""
    from qa.restore import resume_restore
    from qa.service import from_settings
    from qa.settings import load_settings

    settings = load_settings()
    resume_restore(settings.state)
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
        bar.total = total  # an estimate, better with every report
        bar.update(done - bar.n)
        if done >= total:
            bar.close()

    return show


def _as_text(answer: "Answer") -> str:
    """An answer for people at a terminal."""
    from qa.cite import titled

    if not answer.answered:
        lines = [answer.message]
        if answer.near is not None:
            where = " ".join((titled(answer.near), *answer.near.section))
            lines += ["报告写的是:", f"  “{answer.near.sentence}”", f"  {where}  {answer.near.link}"]
        return "\n".join(lines)
    blocks = [f"按“{answer.understood}”理解"] if answer.understood else []
    for citation in answer.citations:
        marked = citation.sentence
        for start, end in reversed(citation.highlights):
            a, b = start - citation.start, end - citation.start
            marked = f"{marked[:a]}【{marked[a:b]}】{marked[b:]}"
        blocks.append(f"“{marked}”\n  ——{titled(citation)} {' '.join(citation.section)}\n  {citation.link}")
    return "\n\n".join(blocks)


def main(arguments: list[str] | None = None) -> int:
    """Run a command; exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # half a character in a question must not end a batch
    try:
        cli.main(arguments, prog_name="python -m qa", standalone_mode=False)
    except click.ClickException as error:
        click.echo(f"用法不对:{error.format_message()};看用法:python -m qa --help", err=True)
        return 2
    except click.Abort:
        click.echo("已停下", err=True)
        return 1
    except YoujuError as error:
        click.echo(str(error), err=True)
        return exit_status(error)
    except SystemExit as done:
        return int(done.code or 0)
    except BrokenPipeError:
        return 1
    return 0
