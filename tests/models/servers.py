"""A local server that can break off, refuse ranges, change its file, or play the Hub."""

from __future__ import annotations

import http.server
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HUB_COMMIT = "c" * 40


@dataclass
class Site:
    """What the server serves at every path, and how."""

    content: bytes
    tag: str | None = '"one"'
    ranges: bool = True
    break_after: int | None = None
    """Close the connection after so many bytes of a body."""
    status: int = 200
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    """Method and `Range` of each request."""
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/files/net.pth"


class _Handler(http.server.BaseHTTPRequestHandler):
    site: Site

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        site, wanted = self.site, self.headers.get("Range")
        site.requests.append((self.command, wanted))
        if site.status != 200:
            self.send_error(site.status)
            return
        if wanted and site.ranges and self.headers.get("If-Range", site.tag) == site.tag:
            start = int(wanted.removeprefix("bytes=").split("-")[0])
            if start >= len(site.content):
                self.send_error(416)
                return
            self.send_response(206)
            end = len(site.content)
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{end}")
        else:
            start = 0
            self.send_response(200)
        part = site.content[start:]
        self.send_header("Content-Length", str(len(part)))
        self.send_header("X-Repo-Commit", HUB_COMMIT)
        if site.tag:
            self.send_header("ETag", site.tag)
        self.end_headers()
        if body:
            self.wfile.write(part[: site.break_after])

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextmanager
def serve(site: Site) -> Iterator[Site]:
    """Serve on a free port of this machine."""
    handler = type("Handler", (_Handler,), {"site": site})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
