"""A document from its official address, over HTTP: asked for only if it has changed, and taken whole or not at all.

What came is a file beside the archive and no more; whether it may become the bytes of a document is decided by its
hash, in `sources.archive`. Nothing but http and https is followed, and never from https to http.
"""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path
from typing import IO
from urllib.parse import urljoin, urlsplit

from sources.errors import Exit, FtaError

AGENT = "cambodia-fta-data"
PATIENCE, DEADLINE = 30.0, 600.0
"""Seconds without a byte, and seconds in all, after which a download is given up."""

MOST_REDIRECTS = 5
_PIECE = 1 << 16


@dataclass(frozen=True)
class Validators:
    """What a server said of a file when it last gave it: its `ETag` and `Last-Modified`, as they came."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Fetched:
    """A file that came.

    Attributes:
        path: where it lies; `size` in bytes.
        address: where it came from in the end, after redirections.
        validators: to ask with the next time.
    """

    path: Path
    size: int
    address: str
    validators: Validators


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirection to http and https only, and never from https to http."""

    max_redirections = MOST_REDIRECTS

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        """The request to the new address."""
        was, now = urlsplit(req.full_url).scheme, urlsplit(urljoin(req.full_url, newurl)).scheme
        if now not in ("http", "https") or (was, now) == ("https", "http"):
            message = f"The server sends us on from {req.full_url} to {newurl}, which is not followed."
            raise _failed("redirect_refused", message, req.full_url, "Mend the document's `url` to the new address.")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(
    url: str,
    target: Path,
    known: Validators | None = None,
    *,
    most: int,
    patience: float = PATIENCE,
    deadline: float = DEADLINE,
) -> Fetched | None:
    """Get a file, or None where the server says that it is unchanged (304).

    Args:
        url: the address.
        target: where the file is put, once it is whole.
        known: what the server said the last time; None asks without a condition.
        most: bytes allowed.
        patience: seconds without a byte.
        deadline: seconds in all.

    Raises:
        FtaError: `bad_address`, `download_refused` (an HTTP error), `redirect_refused`, `download_failed` (no
            connection, or none that is safe), `download_timeout`, `download_too_large`, `download_truncated`.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise _failed("bad_address", f"{url!r} is no http or https address.", url, "Mend the document's `url`.")
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
    if known and known.etag:
        headers["If-None-Match"] = known.etag
    if known and known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    until = time.monotonic() + deadline
    opener = urllib.request.build_opener(_Redirects)
    beside = target.with_name(f"{target.name}.part")
    try:
        with opener.open(urllib.request.Request(url, headers=headers), timeout=patience) as answer:
            size = _take(answer, beside, url, most, until)
            validators = Validators(answer.headers.get("ETag"), answer.headers.get("Last-Modified"))
            address = answer.geturl()
        beside.replace(target)
        return Fetched(target, size, address, validators)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 304:
            return None
        raise _of_status(error, url) from error
    except TimeoutError as error:
        raise _timeout(url, patience) from error
    except (urllib.error.URLError, HTTPException, OSError) as error:
        if isinstance(getattr(error, "reason", None), TimeoutError):
            raise _timeout(url, patience) from error
        raise _failed("download_failed", f"{url} cannot be read: {error}.", url, "Try again later.") from error
    finally:
        beside.unlink(missing_ok=True)


def _take(answer: HTTPResponse, beside: Path, url: str, most: int, until: float) -> int:
    """Write what comes, piece by piece; its size."""
    said = answer.headers.get("Content-Length", "")
    announced = int(said) if said.isdigit() else None
    if announced is not None and announced > most:
        raise _too_large(url, announced, most)
    if (encoding := answer.headers.get("Content-Encoding", "identity")) != "identity":
        message = f"{url} came as {encoding}, which was not asked for."
        raise _failed("download_refused", message, url, "Download it with a browser and use `ftadata sources add`.")
    size = 0
    beside.parent.mkdir(parents=True, exist_ok=True)
    with beside.open("wb") as out:
        while piece := answer.read1(_PIECE):
            size += len(piece)
            if size > most:
                raise _too_large(url, size, most)
            if time.monotonic() > until:
                raise _timeout(url, None)
            out.write(piece)
    if announced is not None and size != announced:
        message = f"{url} broke off after {size:,} of {announced:,} bytes."
        raise _failed("download_truncated", message, url, "Try again: nothing was kept of it.")
    return size


def _of_status(error: urllib.error.HTTPError, url: str) -> FtaError:
    if error.code in (301, 302, 303, 307, 308):
        message = f"The server sends us on from {url} more than {MOST_REDIRECTS} times, or in a circle."
        return _failed("redirect_refused", message, url, "Mend the document's `url` to the last address.")
    remedy = "Look whether the document has moved; mend its `url`, or download it and use `ftadata sources add`."
    return _failed("download_refused", f"{url} gives {error.code} {error.reason}.", url, remedy)


def _too_large(url: str, size: int, most: int) -> FtaError:
    message = f"{url} has {size:,} bytes or more, and {most:,} are allowed."
    return _failed(
        "download_too_large", message, url, "Look at the address; if it is right, use `ftadata sources add`."
    )


def _timeout(url: str, patience: float | None) -> FtaError:
    why = "sends too slowly" if patience is None else f"sent nothing for {patience:g} seconds"
    return _failed("download_timeout", f"{url} {why}.", url, "Try again later.")


def _failed(code: str, message: str, url: str, remedy: str) -> FtaError:
    return FtaError(code, message, where={"url": url}, remedy=remedy, exit_code=Exit.DOCUMENT)
