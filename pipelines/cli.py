"""The command line `ftadata`: its entry, its exit codes, and the list of its commands.

The commands themselves stand in `cli_*.py`. Nothing heavy is imported here: Dagster, Great Expectations, pandas and
pyarrow are imported inside the command that needs them.
"""

from __future__ import annotations

import gc
import sys

import click

from pipelines import cli_keep, cli_query, cli_run, cli_sources
from pipelines.output import show_error
from sources.errors import Exit, FtaError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="cambodia-fta-data", prog_name="ftadata")
def app() -> None:
    """Cambodia's trade preferences as open data: read the documents, judge them, publish releases, and ask them."""


for command in (*cli_run.COMMANDS, *cli_query.COMMANDS, *cli_keep.COMMANDS, cli_sources.sources):
    app.add_command(command)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    code = run(sys.argv[1:])
    gc.freeze()  # all goes with the process: to look for cycles in it first would take a second or two
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command; returns its exit code."""
    as_json = "--json" in arguments
    try:
        code = app.main(arguments, prog_name="ftadata", standalone_mode=False)
    except FtaError as error:
        show_error(error, as_json=as_json)
        return int(error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message(), file=sys.stderr)
        return int(Exit.WRONG_USE)
    except click.ClickException as error:
        usage = error.ctx.get_usage() if isinstance(error, click.UsageError) and error.ctx else "See --help."
        show_error(FtaError("wrong_use", error.format_message(), remedy=usage), as_json=as_json)
        return int(Exit.WRONG_USE)
    except click.exceptions.Abort:
        print("stopped", file=sys.stderr)
        return 130
    return int(code or 0)


if __name__ == "__main__":
    main()
