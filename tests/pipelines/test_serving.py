"""The local server: types, headers, compression, and nothing that is not for readers."""

from __future__ import annotations

import gzip
import socket
import struct
import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse

import pytest

from pipelines.serving import make_server


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    public = tmp_path_factory.mktemp("public")
    for path, content in {
        "en/index.html": "<!doctype html>" + "x" * 500, "assets/a/site.js": "1", "api/v1/index.json": "{}",
        "404.html": "not here", ".staging-x/secret": "s", "releases/v1.0.0/fta.sqlite": "db",
        "releases/v1.0.0/large.sqlite": "x" * 20_000_000,
    }.items():  # fmt: skip
        (public / path).parent.mkdir(parents=True, exist_ok=True)
        (public / path).write_text(content, encoding="utf-8")
    server = make_server(public, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def get(port: int, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_a_page_comes_with_its_type_and_the_headers_of_the_site(port: int) -> None:
    answer, body = get(port, "/en/")
    assert answer.status == 200
    assert body.startswith(b"<!doctype html>")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/assets/a/site.js", "text/javascript"), ("/api/v1/index.json", "application/json"),
     ("/releases/v1.0.0/fta.sqlite", "application/vnd.sqlite3")],
)  # fmt: skip
def test_types_are_right(port: int, path: str, kind: str) -> None:
    assert get(port, path)[0].headers["Content-Type"] == kind


def test_assets_may_be_kept_for_ever(port: int) -> None:
    assert "immutable" in get(port, "/assets/a/site.js")[0].headers["Cache-Control"]


def test_text_is_compressed_for_those_who_ask(port: int) -> None:
    answer, body = get(port, "/en/", **{"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == get(port, "/en/")[1]


@pytest.mark.parametrize("path", ["/nothing/", "/.staging-x/secret", "/api/", "/en/../.staging-x/secret", "/../x"])
def test_what_is_not_there_or_not_for_readers_is_answered_by_the_page_for_that(port: int, path: str) -> None:
    answer, body = get(port, path)
    assert (answer.status, body) == (404, b"not here")


def test_the_files_of_a_release_may_be_looked_through(port: int) -> None:
    answer, body = get(port, "/releases/v1.0.0/")
    assert answer.status == 200
    assert b"fta.sqlite" in body


def test_a_download_broken_off_is_passed_over_in_silence(port: int, capfd: pytest.CaptureFixture[str]) -> None:
    others = set(threading.enumerate())
    browser = socket.create_connection(("127.0.0.1", port), timeout=10)
    browser.sendall(b"GET /releases/v1.0.0/large.sqlite HTTP/1.0\r\n\r\n")
    assert browser.recv(1_000).startswith(b"HTTP/1.0 200")
    browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close by a reset, at once
    answering = set(threading.enumerate()) - others
    browser.close()
    for thread in answering:
        thread.join(timeout=10)
    assert answering
    assert capfd.readouterr().err == ""
    assert get(port, "/en/")[0].status == 200
