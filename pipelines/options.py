"""Options that several commands share."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

as_json = click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document on standard output.")
quiet = click.option("--quiet", is_flag=True, help="No progress on standard error.")
documents = click.option(
    "--documents",
    type=click.Path(path_type=Path),
    help="Folder with the documents themselves [default: FTADATA_DOCUMENTS]; they are read again and compared.",
)
release = click.option(
    "--release", "release", metavar="VERSION", help="Ask this release instead of the latest, such as 1.0.0."
)


class Day(click.ParamType[date]):
    """A date as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date, or a usage error."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a date as YYYY-MM-DD", param, ctx)
