"""The command line: thin commands over ``Service``. Errors are one line on stderr; exit 0 success, 1 failure, 2 bad usage or input.

Heavy imports stand inside the commands, so that ``--help`` is instant.
"""

import sys
from io import TextIOWrapper

import click

from corpus.errors import YoujuError, exit_status
from qa.commands.asking import ask, evaluate
from qa.commands.bank import bank
from qa.commands.chinese import ChineseGroup, usage_problem
from qa.commands.drafts import check
from qa.commands.library import add, backup, build, remove, reports, restore
from qa.commands.numbers import arithmetic, figures, years
from qa.commands.opening import Opening
from qa.settings import load_settings


@click.group(cls=ChineseGroup)
def cli() -> None:
    """有据:只摘报告原话回答问题,每句都有出处。"""


for command in (ask, check, figures, years, arithmetic, reports, add, remove, restore, backup, bank, build, evaluate):
    cli.add_command(command)


def main(arguments: list[str] | None = None) -> int:
    """Run a command; exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # half a character in a question must not end a batch
    try:
        cli.main(arguments, prog_name="python -m qa", standalone_mode=False, obj=Opening(load_settings))
    except click.ClickException as error:
        click.echo(usage_problem(error), err=True)
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
