"""Stands where a stack's console would: says that it is well, so that the issuer can be tried without a front end."""

from __future__ import annotations

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Well(BaseHTTPRequestHandler):
    """Answers everything with nothing."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()


def main() -> None:
    host, _, port = os.environ["PLUMBLINE_LISTEN"].rpartition(":")
    ThreadingHTTPServer((host, int(port)), Well).serve_forever()


if __name__ == "__main__":
    main()
