"""Serves one address by FastAPI, and prints the port."""

from __future__ import annotations

import socket

import uvicorn  # type: ignore[import-not-found]
from fastapi import FastAPI  # type: ignore[import-not-found]

app = FastAPI()
app.add_api_route("/", lambda: "served")
listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)  # noqa: T201 - the test reads it
uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])
