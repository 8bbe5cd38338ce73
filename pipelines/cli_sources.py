"""Commands about documents: list, status, inspect, add, fetch, review, accept."""

from __future__ import annotations

from pathlib import Path
from shutil import get_terminal_size

import click

from pipelines import options
from pipelines.output import Progress, answer, table, working


@click.group()
def sources() -> None:
    """Documents: registry, coverage, archive, acceptance."""


@sources.command("list")
@options.documents
@options.as_json
def list_documents(documents: Path | None, as_json: bool) -> None:
    """Every document: what it is, whether it is held, and whether its extraction is accepted."""
    from pipelines.documents import list_all
    from pipelines.home import Home

    data = {"documents": list_all(Home.from_environment(documents))}

    def render() -> str:
        rows = [
            [d["document_id"], d["kind"], ", ".join(d["regimes"]) or "-", d["holding"], d["at_hand"], d["title"]]
            for d in data["documents"]
        ]
        return table(["document", "kind", "regimes", "holding", "at hand", "title"], rows)

    answer(data, as_json=as_json, render=render)


@sources.command()
@options.documents
@options.as_json
def status(documents: Path | None, as_json: bool) -> None:
    """What is held of each regime, what to obtain next, documents that need somebody, and open decisions."""
    from pipelines.coverage_view import render_coverage
    from pipelines.documents import status_of
    from pipelines.home import Home

    data = status_of(Home.from_environment(documents))

    def render() -> str:
        waiting = [[d["document_id"], d["state"], d["message"]] for d in data["waiting"]]
        parts = [render_coverage(data["coverage"], get_terminal_size((110, 24)).columns)]
        parts.append(table(["document", "state", "what to do"], waiting) if waiting else "No document waits for you.")
        if data["decisions"]:
            parts.append("Open decisions:\n" + "\n".join(f"  {d['id']}: {d['subject']}" for d in data["decisions"]))
        return "\n\n".join(parts)

    answer(data, as_json=as_json, render=render)


@sources.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--page", type=click.IntRange(1), metavar="N", help="Look at this page of a PDF only.")
@click.option("--image", type=click.Path(path_type=Path), metavar="PNG", help="Draw the page here, with what was read.")
@click.option("--document", "document_id", metavar="ID", help="Read it by this document's description.")
@options.quiet
@options.as_json
def inspect(
    file: Path, page: int | None, image: Path | None, document_id: str | None, quiet: bool, as_json: bool
) -> None:
    """Look into a file: what it is, its tables, what could not be read, and a description to start from."""
    from pipelines.home import Home
    from pipelines.inspecting import inspect_file, render

    if image is not None and page is None:
        raise click.UsageError("--image draws one page: name it with --page.")
    home = Home.from_environment()
    with working(f"Looking into {file.name} ({file.stat().st_size:,} bytes)", quiet=quiet) as heard:
        data = inspect_file(home, file, page=page, image=image, document_id=document_id, heard=heard)
    answer(data, as_json=as_json, render=lambda: render(data))


@sources.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--document", "document_id", required=True, metavar="ID", help="The document whose bytes these are.")
@click.option("--accept-new-hash", is_flag=True, help="Take the file although its hash is not the expected one.")
@click.option("--by", metavar="NAME", default="unnamed", help="Who adds it; stands in the archive's log.")
@options.as_json
def add(file: Path, document_id: str, accept_new_hash: bool, by: str, as_json: bool) -> None:
    """Take a file into the archive as the bytes of a document."""
    from dataclasses import asdict

    from pipelines.documents import add_file
    from pipelines.home import Home

    entry = add_file(Home.from_environment(), file, document_id, by=by, accept_new_hash=accept_new_hash)
    data = {**asdict(entry), "next": "ftadata refresh"}
    answer(
        data,
        as_json=as_json,
        render=lambda: f"{entry.name} is held as {entry.document} (SHA-256 {entry.sha256}). Next: `ftadata refresh`.",
    )


@sources.command()
@click.argument("ids", metavar="[DOCUMENT]...", nargs=-1)
@click.option("--by", metavar="NAME", default="unnamed", help="Who takes them in; stands in the archive's log.")
@options.documents
@options.quiet
@options.as_json
def fetch(ids: tuple[str, ...], by: str, documents: Path | None, quiet: bool, as_json: bool) -> int:
    """Download documents from their official address if they have changed; all that have one, or those named."""
    from dataclasses import asdict

    from pipelines.fetching import exit_code, fetch_documents, render
    from pipelines.home import Home

    found = fetch_documents(Home.from_environment(documents), ids, Progress(quiet=quiet), by=by)
    answer({"documents": [asdict(each) for each in found]}, as_json=as_json, render=lambda: render(found))
    return int(exit_code(found))


@sources.command()
@click.argument("document_id", metavar="DOCUMENT")
@click.option(
    "--html", type=click.Path(path_type=Path), metavar="FILE", help="Write it here, with pictures of the rows."
)
@click.option("--pictures", type=click.IntRange(0), default=200, show_default=True, help="Pictures at most.")
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the differences here, to say yes to.",
)
@options.documents
@options.quiet
@options.as_json
def review(
    document_id: str,
    html: Path | None,
    pictures: int,
    csv_file: Path | None,
    documents: Path | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Show what differs between a document as it is read now and its accepted extraction, row by row."""
    from pipelines.home import Home
    from pipelines.reviewing import as_data, render, review_candidate

    found = review_candidate(Home.from_environment(documents), document_id, Progress(quiet=quiet))
    if html is not None:
        from pipelines.review_page import review_html

        html.write_text(review_html(found, pictures), encoding="utf-8")
    if csv_file is not None:
        from pipelines.reviewed import review_csv

        csv_file.write_text(review_csv(found), encoding="utf-8", newline="\n")
    files = {"html": str(html) if html else None, "csv": str(csv_file) if csv_file else None}
    data = {**as_data(found), **files}
    shown = f"\n\nIts rows are shown with pictures in {html}." if html else ""
    shown += f"\n\nSay `yes` in {csv_file}, then accept with `--reviewed {csv_file}`." if csv_file else ""
    answer(data, as_json=as_json, render=lambda: render(found) + shown)


@sources.command()
@click.argument("document_id", metavar="DOCUMENT")
@click.option("--by", required=True, metavar="NAME", help="Who has compared and accepts it.")
@click.option("--pages", metavar="PAGES", help="Accept these pages only, such as 1-20,57; others stay as they were.")
@click.option(
    "--rows", metavar="ROW", multiple=True, help="Accept this row only, such as 'page 12, row 4'; repeatable."
)
@click.option(
    "--reviewed",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Accept the rows with `yes` in this file, which `sources review --csv` wrote.",
)
@options.documents
@options.quiet
@options.as_json
def accept(
    document_id: str,
    by: str,
    pages: str | None,
    rows: tuple[str, ...],
    reviewed: Path | None,
    documents: Path | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Accept the candidate extraction of a document at hand; it then is what the pipeline starts from."""
    from pipelines.acceptance import Wanted, accept_candidate
    from pipelines.home import Home

    if sum((pages is not None, bool(rows), reviewed is not None)) > 1:
        raise click.UsageError("Use one of --pages, --rows and --reviewed.")
    wanted = Wanted(pages, rows, reviewed)
    data = accept_candidate(Home.from_environment(documents), document_id, by, wanted, Progress(quiet=quiet))
    left = f" {data['left']:,} differences from the document stay as they were." if data["left"] else ""
    answer(
        data,
        as_json=as_json,
        render=lambda: (
            f"Accepted {data['rows']:,} rows of {document_id} ({data['differences']:,} differences from before), "
            f"kept in {data['file']}.{left} Next: `ftadata run`."
        ),
    )
