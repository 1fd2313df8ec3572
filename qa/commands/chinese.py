"""Click's own words in Chinese: usage, headings of help, and what is wrong with a command line, by the kind of error and its fields."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click

_HELP: dict[str, Any] = {"help_option_names": ["-h", "--help"]}
_CHINESE = re.compile("[\u4e00-\u9fff]")
_SHOWN = 40  # characters of what was typed


class _Chinese(click.Command):
    """Help with Chinese headings."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The usage line."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="用法: ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What may be added, one a line."""
        with formatter.section("选项"):
            formatter.write_dl([_told(param, ctx) for param in self.get_params(ctx) if isinstance(param, click.Option)])


class ChineseCommand(_Chinese):
    """A command that says everything in Chinese."""

    def __init__(self, name: str | None, **given: Any) -> None:
        given["context_settings"] = _HELP | {"allow_extra_args": True}  # refused below, in Chinese
        super().__init__(name, **given | {"options_metavar": "[选项]"})

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line; words that belong to nothing are refused."""
        _placed(super().parse_args, ctx, args)
        if ctx.args:
            raise click.UsageError(f"{_quoted(ctx.args)}是多出来的;有空格的话请用引号括起来", ctx)
        return ctx.args


class ChineseGroup(_Chinese, click.Group):
    """A group of commands that says everything in Chinese."""

    command_class = ChineseCommand

    def __init__(self, name: str | None, **given: Any) -> None:
        metavars = {"options_metavar": "[选项]", "subcommand_metavar": "命令 …"}
        super().__init__(name, context_settings=_HELP, no_args_is_help=False, **given | metavars)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Options, then commands."""
        _Chinese.format_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every command and its first sentence."""
        with formatter.section("命令"):
            formatter.write_dl([(name, command.get_short_help_str(100)) for name, command in self.commands.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line; without a command there is nothing to do."""
        if not [word for word in args if word != "--"]:
            raise click.UsageError(f"没有写命令;可以用 {'、'.join(self.commands)}", ctx)
        return _placed(super().parse_args, ctx, args)


def _placed(parse: Callable[[click.Context, list[str]], list[str]], ctx: click.Context, args: list[str]) -> list[str]:
    """Parse; an error that does not know its command is told."""
    try:
        return parse(ctx, args)
    except click.UsageError as error:
        error.ctx = error.ctx or ctx
        raise


def _told(param: click.Option, ctx: click.Context) -> tuple[str, str]:
    if "--help" in param.opts:
        return ", ".join(param.opts), "显示这段说明"
    value = "" if param.is_flag else f" {param.make_metavar(ctx)}"
    return ", ".join(param.opts) + value, param.help or ""


def usage_problem(error: click.ClickException) -> str:
    """One line on what is wrong with a command line, and where its help is."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"用法不对:{_problem(error)};看用法:{context.command_path if context else 'python -m qa'} --help"


def _problem(error: click.ClickException) -> str:
    if isinstance(error, click.NoSuchOption):
        return f"没有选项{_quoted([error.option_name])}{_perhaps(error.possibilities)}"
    if isinstance(error, click.exceptions.NoSuchCommand):
        return f"没有命令{_quoted([error.command_name])}{_perhaps(error.possibilities)}"
    if isinstance(error, click.MissingParameter):
        return f"缺少{_name(error)}"
    if isinstance(error, click.BadOptionUsage):
        return f"{error.option_name} {'后面不写值' if _is_flag(error) else '后面要写一个值'}"
    if _CHINESE.search(error.message):
        return error.message
    if isinstance(error, click.BadParameter):
        return f"{_name(error)} {_wanted(error.param.type if error.param else None)}"
    return "写法读不懂"


def _perhaps(possibilities: Sequence[str] | None) -> str:
    return f",是不是 {' 或 '.join(possibilities)}" if possibilities else ""


def _name(error: click.BadParameter) -> str:
    """The parameter as the help has it."""
    param = error.param
    if isinstance(param, click.Option):
        return "、".join(param.opts)
    return str(param.metavar or param.name).strip("[]") if param else "这个值"


def _is_flag(error: click.BadOptionUsage) -> bool:
    params = error.ctx.command.params if error.ctx else []
    return any(isinstance(param, click.Option) and param.is_flag for param in params if error.option_name in param.opts)


def _wanted(kind: object) -> str:
    if isinstance(kind, click.IntRange):
        return f"要是 {kind.min} 到 {kind.max} 的整数"
    if isinstance(kind, click.DateTime):
        return "要写成 2022-03-30 这样的日期"
    return "这样写不行"


def _quoted(words: Iterable[str]) -> str:
    """What was typed, on one line and not too long of it.

    >>> _quoted(["a b", ""])
    '“a b ”'
    """
    text = "".join(letter if letter.isprintable() else "?" for letter in " ".join(words))
    return f"“{text[:_SHOWN]}{'…' if len(text) > _SHOWN else ''}”"
