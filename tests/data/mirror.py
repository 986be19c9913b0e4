"""A mirror on this machine, for the tests of downloading."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Reply = Callable[[BaseHTTPRequestHandler], None]


class Server(ThreadingHTTPServer):
    """Serves `content` by name as ``.gz``; `replies` says what to answer instead, `asked` what was asked for."""

    def __init__(self, content: dict[str, bytes]) -> None:
        self.content = content
        self.replies: dict[str, Reply] = {}
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/data/"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        name = self.path.removeprefix("/data/").removesuffix(".gz")
        self.server.asked.append(self.path)
        if name in self.server.replies:
            self.server.replies[name](self)
        else:
            send(self, gzip.compress(self.server.content[name]))

    def log_message(self, *_: object) -> None:
        pass


def send(handler: BaseHTTPRequestHandler, body: bytes, announced: int | None = None) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body) if announced is None else announced))
    handler.end_headers()
    handler.wfile.write(body)
