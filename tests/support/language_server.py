"""A language server, asked what an editor would show where a user types."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class LanguageServer:
    """A running language server; it speaks JSON-RPC over its standard streams.

    Args:
        command: Starts the server.
        folder: The project that it serves.
    """

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._asked = 0
        folders = [{"uri": folder.as_uri(), "name": folder.name}]
        start: dict[str, Any] = {"processId": None, "capabilities": {}, "workspaceFolders": folders}
        self._ask("initialize", start)
        self._tell("initialized", {})
        self._folder = folder

    def completions(self, text: str) -> list[str]:
        """Return what is offered at the sign `|` of a module."""
        uri = (self._folder / f"example_{self._asked}.py").as_uri()
        before, _, after = text.partition("|")
        document = {"uri": uri, "languageId": "python", "version": 1, "text": before + after}
        self._tell("textDocument/didOpen", {"textDocument": document})
        column = len(before) - before.rfind("\n") - 1
        position = {"line": before.count("\n"), "character": column}
        offered = self._ask(
            "textDocument/completion", {"textDocument": {"uri": uri}, "position": position}
        )
        return [item["label"].strip('"') for item in offered["items"]]

    def close(self) -> None:
        """End the server."""
        self._process.kill()
        self._process.communicate()

    def _ask(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        self._asked += 1
        self._send({"id": self._asked, "method": method, "params": parameters})
        while True:
            message = self._receive()
            if "method" not in message and message.get("id") == self._asked:
                return cast("dict[str, Any]", message["result"])
            if "method" in message and "id" in message:
                # The server asks too, such as for settings: there are none.
                self._send({"id": message["id"], "result": None})

    def _tell(self, method: str, parameters: dict[str, Any]) -> None:
        self._send({"method": method, "params": parameters})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = self._process.stdin
        assert stream
        stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        stream.flush()

    def _receive(self) -> dict[str, Any]:
        stream, length = self._process.stdout, 0
        assert stream
        while line := stream.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return cast("dict[str, Any]", json.loads(stream.read(length)))
