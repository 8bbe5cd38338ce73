"""Serves the web root on this machine as a good static host would: right types, compression, and the site's headers.

Nothing is listed that has no page of its own but the releases, whose files people look through; what begins with a dot
is not there.
"""

from __future__ import annotations

import gzip
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, ClassVar

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""What a host should send with every file; `docs/site.md` says so too."""
_TYPES = {
    ".js": "text/javascript", ".json": "application/json", ".svg": "image/svg+xml", ".woff2": "font/woff2",
    ".parquet": "application/vnd.apache.parquet", ".sqlite": "application/vnd.sqlite3", ".gz": "application/gzip",
    ".md": "text/markdown; charset=utf-8", ".cff": "text/yaml; charset=utf-8", ".xml": "application/atom+xml",
    ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
}  # fmt: skip
_COMPRESSED = (".html", ".css", ".js", ".json", ".svg", ".md", ".xml")
_MOST = 8_000_000


class Handler(SimpleHTTPRequestHandler):
    """Answers with a file of the web root."""

    extensions_map: ClassVar[dict[str, str]] = {**SimpleHTTPRequestHandler.extensions_map, **_TYPES}  # type: ignore[misc]

    def __init__(self, *args: object, csp: str, **named: object) -> None:
        self.csp = csp
        super().__init__(*args, **named)  # type: ignore[arg-type]  # the base class takes them as they come

    def handle(self) -> None:
        """Answer; a reader who breaks off, as a browser does with a download it no longer wants, is no fault."""
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, format: str, *args: object) -> None:
        """Requests are not told."""

    def end_headers(self) -> None:
        """Add the site's headers; assets, whose names change with their content, may be kept."""
        self.send_header("Content-Security-Policy", f"{self.csp}; frame-ancestors 'none'")
        for name, value in HEADERS.items():
            self.send_header(name, value)
        named = self.path.startswith("/assets/") and not self.path.startswith("/assets/site.json")
        self.send_header("Cache-Control", "public, max-age=31536000, immutable" if named else "no-cache")
        super().end_headers()

    def send_head(self) -> BytesIO | BinaryIO | None:
        """The file asked for, compressed where that is worth it; the site's own page where there is none."""
        path = Path(self.translate_path(self.path))
        if path.is_dir() and self.path.split("?")[0].endswith("/"):
            path = path / "index.html"
        if any(part.startswith(".") for part in path.relative_to(self.directory).parts):
            self.send_error(404)
            return None
        wanted = "gzip" in self.headers.get("Accept-Encoding", "")
        if not (wanted and path.suffix in _COMPRESSED and path.is_file() and path.stat().st_size < _MOST):
            return super().send_head()
        content = gzip.compress(path.read_bytes(), 6, mtime=0)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path.as_posix()))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Vary", "Accept-Encoding")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        return BytesIO(content)

    def list_directory(self, path: str) -> BytesIO | None:  # type: ignore[override]
        """A listing, of the releases only."""
        if Path(path).resolve().is_relative_to(Path(self.directory).resolve() / "releases"):
            return super().list_directory(path)
        self.send_error(404)
        return None

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What is not there is answered with the site's page for that, where there is one."""
        page = Path(self.directory) / "404.html"
        if code != 404 or not page.is_file():
            super().send_error(code, message, explain)
            return
        content = page.read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def make_server(public: Path, port: int) -> ThreadingHTTPServer:
    """A server of a web root on 127.0.0.1; port 0 takes a free one."""
    from publish.site.render import CSP

    return ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, csp=CSP, directory=str(public)))
