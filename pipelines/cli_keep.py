"""Commands about releases and their keeping: verify, diff, keys; and the two local servers, site and ui."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipelines import options
from pipelines.output import answer
from sources.errors import Exit, FtaError

SIGNED = {
    "no": "none",
    "valid": "valid, by the key given",
    "unpinned": "valid, but by the key that came with the release; --public-key FILE checks it with the publisher's",
    "invalid": "NOT VALID",
}
GET_AGAIN = "Get what is named again from where the release was published; if it is the same there, tell the publisher."


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--rebuild", is_flag=True, help="Also build the release again from this installation and compare bytes.")
@click.option(
    "--public-key",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="The publisher's public key, had from the publisher: the release must be signed with it.",
)
@options.as_json
def verify(directory: Path, rebuild: bool, public_key: Path | None, as_json: bool) -> int:
    """Check a release as a consumer would: hashes, signature, counts, schema, agreement of its formats."""
    from publish.verify import verify as ask

    report = ask(directory, public_key.read_text(encoding="utf-8").strip() if public_key else None)
    data = report.as_json()
    if rebuild:
        from pipelines.home import Home
        from pipelines.release import rebuild_and_compare

        data["rebuild"] = rebuild_and_compare(Home.from_environment(), directory)
        data["ok"] = data["ok"] and data["rebuild"]["same"]
    answer(data, as_json=as_json, render=lambda: _render_verify(data))
    return int(Exit.DONE if data["ok"] else Exit.DOCUMENT)


def _render_verify(data: dict[str, Any]) -> str:
    rows = sum(data["rows"].values())
    lines = [
        f"Release {data['version']} in {data['directory']}: {'whole and true' if data['ok'] else 'AT FAULT'}",
        f"  {data['files']} files, {len(data['rows'])} tables, {rows:,} rows alike in SQLite, Parquet and CSV"
        if data["ok"]
        else f"  {data['files']} files, {len(data['faults'])} faults",
        f"  signature: {SIGNED[data['signed']]}",
    ]
    lines += [f"  fault: {fault['path']}: {fault['message']}" for fault in data["faults"]]
    lines += [f"  {GET_AGAIN}"] if data["faults"] else []
    if rebuilt := data.get("rebuild"):
        same = "the same bytes" if rebuilt["same"] else "differs in " + ", ".join(rebuilt["differing"][:10])
        lines.append(f"  rebuilt from this installation: {same}")
    return "\n".join(lines)


@click.command()
@click.argument("older")
@click.argument("newer")
@click.option("--regime", metavar="ID", help="Only this regime.")
@click.option("--hs", metavar="CODE", help="Only codes that begin with these digits.")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
@options.as_json
def diff(older: str, newer: str, regime: str | None, hs: str | None, form: str, as_json: bool) -> None:
    """What changed between two releases (versions, or directories), with reasons."""
    from pipelines.diffing import diff_releases, render_csv, render_text
    from pipelines.home import Home

    data = diff_releases(Home.from_environment(), older, newer, regime, hs)
    render = render_csv if form == "csv" else render_text
    answer(data, as_json=as_json or form == "json", render=lambda: render(data))


@click.group()
def keys() -> None:
    """Keys that sign releases."""


@keys.command("new")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@options.as_json
def keys_new(file: Path | None, as_json: bool) -> None:
    """Make an Ed25519 signing key; keep the file secret, and name it in FTADATA_SIGNING_KEY when publishing."""
    from pipelines.home import Home
    from publish.signing import keys_new as make

    path = file or Home.from_environment().root / "keys" / "ftadata.key"
    made = make(path)
    data = {"private_key": str(path), "public_key": made}
    answer(data, as_json=as_json, render=lambda: f"Secret key: {path}\nPublic key: {made}")


@click.command()
@click.option("--port", default=3000, show_default=True)
def ui(port: int) -> int:
    """Open Dagster's UI on 127.0.0.1: the graph of every agreement, its runs and its checks."""
    from pipelines.home import Home
    from pipelines.ui import serve_ui

    return serve_ui(Home.from_environment(), port)


@click.group()
def site() -> None:
    """The static web root."""


@site.command("serve")
@click.option("--port", default=8000, show_default=True)
def site_serve(port: int) -> None:
    """Serve `public/` on 127.0.0.1, as a good static host would."""
    from pipelines.home import Home
    from pipelines.serving import make_server

    public = Home.from_environment().public
    if not public.is_dir():
        raise FtaError("no_release", "Nothing is published yet.", remedy="Run `ftadata run`.", exit_code=Exit.WRONG_USE)
    server = make_server(public, port)
    click.echo(f"http://127.0.0.1:{server.server_port}/ (stop with Ctrl-C)", err=True)
    server.serve_forever()


COMMANDS = (verify, diff, keys, ui, site)
