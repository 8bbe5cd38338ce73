"""Documents are asked for at a real HTTP server on this machine, which behaves well or badly as a test wants."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from pipelines.fetching import FetchedDocument, fetch_documents
from pipelines.home import Home
from sources.download import Validators, fetch
from sources.errors import FtaError
from tests.pipelines.conftest import Command
from tests.pipelines.world import GOOD, build_world, typeset

OTHER_BYTES = typeset(GOOD[:3])


@dataclass
class Site:
    """A server, what it serves by path, how it misbehaves, and what it was asked."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    modes: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)


@pytest.fixture
def site() -> Iterator[Site]:
    served = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            mode = served.modes.get(self.path, "")
            served.asked.append((self.path, self.headers["If-None-Match"]))
            if mode.startswith("to "):
                self.send_response(302)
                self.send_header("Location", mode[3:])
                self.end_headers()
                return
            data = served.files.get(self.path)
            if data is None:
                self.send_error(404)
                return
            tag = f'"{sha256(data).hexdigest()[:8]}"'
            if self.headers["If-None-Match"] == tag:
                self.send_response(304)
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("ETag", tag)
            if mode != "unannounced":
                self.send_header("Content-Length", str(len(data) * (10 if mode == "truncated" else 1)))
            self.end_headers()
            if mode == "stalls":
                self.wfile.write(data[:10])
                self.wfile.flush()
                time.sleep(0.6)
                return
            if mode == "drips":
                for at in range(20):
                    self.wfile.write(data[at : at + 1])
                    self.wfile.flush()
                    time.sleep(0.05)
                return
            self.wfile.write(data)

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except ConnectionError:  # the one who asked has hung up, as the tests of limits do
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield served
    server.shutdown()
    server.server_close()


@pytest.fixture
def home(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """An installation whose first document has an address at the site and is not at hand."""
    world = build_world(tmp_path)
    file = world.sources / "sample" / "documents.yml"
    described = yaml.safe_load(file.read_text())
    described["documents"][0]["url"] = f"{site.address}/schedules/kh%20final.pdf"
    file.write_text(yaml.safe_dump(described))
    site.files["/schedules/kh%20final.pdf"] = world.document("kh").read_bytes()
    monkeypatch.setenv("FTADATA_SOURCES", str(world.sources))
    monkeypatch.setenv("FTADATA_HOME", str(world.home))
    monkeypatch.delenv("FTADATA_DOCUMENTS", raising=False)
    return Home(world.home)


def ask(home: Home) -> FetchedDocument:
    (found,) = fetch_documents(home, ["sample-kh"], lambda said: None, by="A. Tester", patience=0.3, deadline=5)
    return found


def test_a_document_is_taken_in_once_and_then_only_asked_about(home: Home, site: Site) -> None:
    data = site.files["/schedules/kh%20final.pdf"]
    first, second = ask(home), ask(home)
    assert (first.state, second.state) == ("taken", "unchanged")
    assert first.sha256 == second.sha256 == sha256(data).hexdigest()
    assert [tag for _, tag in site.asked] == [None, f'"{sha256(data).hexdigest()[:8]}"']
    assert [entry.by for entry in home.archive.entries()] == ["A. Tester"]
    assert home.archive.path_of(first.sha256 or "").read_bytes() == data


def test_other_bytes_are_refused_with_both_hashes_and_the_command_that_takes_them(
    home: Home, site: Site, command: Command
) -> None:
    expected = ask(home).sha256
    site.files["/schedules/kh%20final.pdf"] = OTHER_BYTES
    refused = ask(home)
    assert refused.state == "refused"
    assert refused.error is not None
    assert refused.error["code"] == "document_altered"
    assert expected in refused.error["message"]
    assert sha256(OTHER_BYTES).hexdigest() in refused.error["message"]
    remedy = refused.error["remedy"].split("on purpose: `ftadata ")[1].rstrip("`.").split()
    code, taken = command(*[word if word != "NAME" else "Tester" for word in remedy])
    assert (code, taken["sha256"], taken["on_purpose"]) == (0, sha256(OTHER_BYTES).hexdigest(), True)
    assert ask(home).state == "unchanged"


def test_a_web_page_in_place_of_the_document_is_called_so(home: Home, site: Site) -> None:
    site.files["/schedules/kh%20final.pdf"] = b"<!doctype html><html><body>We have moved.</body></html>"
    refused = ask(home)
    assert refused.error is not None
    assert refused.error["code"] != "document_altered"
    assert "web page" in refused.error["message"] or "HTML" in refused.error["message"]
    assert home.archive.entries() == []


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        ("truncated", "download_truncated"),
        ("stalls", "download_timeout"),
        ("to ftp://example.org/kh.pdf", "redirect_refused"),
        ("to /schedules/kh%20final.pdf", "redirect_refused"),
        ("to file:///etc/hostname", "redirect_refused"),
    ],
)
def test_what_does_not_come_whole_leaves_nothing_behind(home: Home, site: Site, mode: str, code: str) -> None:
    site.modes["/schedules/kh%20final.pdf"] = mode
    refused = ask(home)
    assert refused.error is not None
    assert refused.error["code"] == code
    assert refused.error["remedy"]
    assert refused.file is None
    assert home.archive.entries() == []
    assert not list((home.root / "downloads").rglob("*.p*"))


def test_a_redirection_is_followed_and_the_hash_decides(home: Home, site: Site) -> None:
    site.files["/new/kh.pdf"] = site.files["/schedules/kh%20final.pdf"]
    site.modes["/schedules/kh%20final.pdf"] = "to /new/kh.pdf"
    assert ask(home).state == "taken"
    assert [path for path, _ in site.asked] == ["/schedules/kh%20final.pdf", "/new/kh.pdf"]


def test_an_address_that_is_gone_says_its_status_and_exits_with_4(home: Home, site: Site, command: Command) -> None:
    site.files.clear()
    code, answer = command("sources", "fetch", "sample-kh")
    (refused,) = answer["documents"]
    assert code == 4
    assert refused["error"]["code"] == "download_refused"
    assert "404" in refused["error"]["message"]


def test_a_document_without_an_address_is_wrong_use(home: Home, command: Command) -> None:
    code, answer = command("sources", "fetch", "sample-kr")
    assert (code, answer["error"]["code"]) == (2, "no_address")


@pytest.mark.parametrize("mode", ["", "unannounced"])
def test_more_bytes_than_allowed_are_not_taken_whether_announced_or_not(site: Site, tmp_path: Path, mode: str) -> None:
    site.files["/large"], site.modes["/large"] = bytes(200_000), mode
    with pytest.raises(FtaError) as refused:
        fetch(f"{site.address}/large", tmp_path / "large", most=100_000)
    assert refused.value.code == "download_too_large"
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_drips_is_given_up_at_the_deadline(site: Site, tmp_path: Path) -> None:
    site.files["/slow"], site.modes["/slow"] = bytes(1000), "drips"
    with pytest.raises(FtaError) as refused:
        fetch(f"{site.address}/slow", tmp_path / "slow", most=10_000, patience=1, deadline=0.1)
    assert refused.value.code == "download_timeout"


def test_only_http_addresses_are_asked(tmp_path: Path) -> None:
    with pytest.raises(FtaError) as refused:
        fetch((tmp_path / "secret").as_uri(), tmp_path / "x", Validators("a"), most=1)
    assert refused.value.code == "bad_address"
