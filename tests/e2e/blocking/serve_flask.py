"""Serves one address by Flask, and prints the port."""

from __future__ import annotations

from wsgiref.simple_server import make_server

from flask import Flask  # type: ignore[import-not-found]

app = Flask("service")
app.add_url_rule("/", view_func=lambda: "served")
server = make_server("127.0.0.1", 0, app)
print(server.server_port, flush=True)  # noqa: T201 - the test reads it
server.serve_forever()
