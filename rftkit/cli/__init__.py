"""The command line: every step of the journey, for people and for scripts.

``rftkit COMMAND DATASET ...``. With ``--json`` a command prints one JSON object and nothing else on standard output;
progress goes to standard error, and only on a terminal. Exit codes: 0 done; 1 a mistake of the user or of the data,
told in one sentence; 2 wrong usage; 130 interrupted, with what was finished kept.
"""

from __future__ import annotations

import errno
import os
import sys

import click

from rftkit._version import VERSION
from rftkit.cli import (
    about,
    data,
    demo,
    dry_running,
    generation,
    grader_tools,
    grading,
    jupyter,
    new,
    topic_commands,
    training,
)
from rftkit.errors import RftkitError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(VERSION, prog_name="rftkit")
def commands() -> None:
    """From chat traces to a balanced, validated, reviewed, leak-free set for reinforcement fine-tuning.

    Start with:  rftkit demo
    """


for group in (
    demo,
    data,
    topic_commands,
    about,
    generation,
    grader_tools,
    grading,
    dry_running,
    training,
    new,
    jupyter,
):
    for command in group.COMMANDS:
        commands.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code.

    Parameters
    ----------
    arguments
        Words after ``rftkit``; those of the process by default.
    """
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit code.

    Parameters
    ----------
    arguments
        Words after ``rftkit``.

    Examples
    --------
    >>> run(["--version"])
    rftkit, version ...
    0
    """
    try:
        result = commands.main(args=arguments, prog_name="rftkit", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Abort:
        return _say("interrupted; what was finished is kept", 130)
    except KeyboardInterrupt:
        return _say("interrupted; what was finished is kept", 130)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrokenPipeError:
        # The reader of a pipe left early (`| head`); the interpreter must not complain while it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except RftkitError as error:
        return _failed(_typed(str(error), arguments), error.exit_code)
    except OSError as error:
        return _failed(f"{error.strerror or error}: {error.filename or 'the dataset'}{_way_out(error)}", 1)
    except MemoryError:
        return _failed("there is not enough memory for this; import in parts or use a larger machine", 1)


def _typed(sentence: str, arguments: list[str] | None) -> str:
    """Return a sentence with commands where it names calls of Python."""
    from rftkit.cli.typed import typed

    words = sys.argv[1:] if arguments is None else arguments
    flags = [flag for parameter in _parameters(commands, words) for flag in parameter.opts]
    return typed(sentence, words, {flag.removeprefix("--").replace("-", "_") for flag in flags})


def _parameters(command: click.Command, words: list[str]) -> list[click.Parameter]:
    """Return the parameters of the command that words name."""
    inner = command.commands.get(words[0]) if isinstance(command, click.Group) and words else None
    return command.params if inner is None else _parameters(inner, words[1:])


def _way_out(error: OSError) -> str:
    """Return what can be done about an error of the disk."""
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "; name a folder that you may write to, or ask for the right to write there"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "; free some space and run it again: what was finished is kept"
    return ""


def _failed(sentence: str, code: int) -> int:
    if os.environ.get("RFTKIT_DEBUG"):
        raise
    return _say(" ".join(sentence.split()), code)


def _say(sentence: str, code: int) -> int:
    click.echo(f"rftkit: {sentence}", err=True)
    return code
