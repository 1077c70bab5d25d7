"""`ddcompat import https://…` against servers of TLS on the loopback."""

from __future__ import annotations

import gc
import json
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Callable

import pytest
from support.agent_server import (
    MIB,
    SHORT,
    Serve,
    chunked,
    drips_after,
    http,
    over_tls,
)
from support.importing import CAPABILITIES

from pytest_ddcompat import load_matrix
from pytest_ddcompat.__main__ import main
from pytest_ddcompat.importer.remote import Validators, fetch
from pytest_ddcompat.importer.source import PageError

if TYPE_CHECKING:
    from support.page_server import Site

PAGE = CAPABILITIES.encode()
NEWER = CAPABILITIES.replace("1.4.0", "1.5.0").encode()
HTML = """\
<!-- made by a site --><!DOCTYPE html>
<html><head><title>Bot Filter, in Preview</title></head><body>
<nav>Bot Filter is in Preview.

</nav><main class="page">
<h1>Firewall requirements</h1>

    <table><thead><tr><th>Shop protection capability</th><th>Minimum Python tracer version</th></tr>
    </thead><tr><td>Bot Filter</td><td>1.4.0</td></tr><tr><td>Card Vault</td><td>perhaps</td></tr>

    </table></main><footer>Card Vault is in Preview.</footer></body></html>
"""
MANIFEST = b"manifest:\n  tests/test_login.py::Test_Login: v2.6.0\n"
OUT = Path("out.toml")
KEPT = Path("out.toml.etag")


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["import", *arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def imports(site: Site, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    """Import the page into the file, which must work, and return what is said."""
    status, out, err = ran(capsys, site.url, "-o", str(OUT), *more)
    assert (status, err) == (0, "")
    return out


MOVED = "301 Moved Permanently"


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([http(PAGE)], id="no type"),
        pytest.param([http(PAGE, "200 OK", "Content-Type: text/markdown")], id="Markdown"),
        pytest.param([http(PAGE, "200 OK", "Content-Type: text/plain; charset=x")], id="a charset"),
        pytest.param([http(PAGE, "200 OK", "Content-Type: application/octet-stream")], id="bytes"),
        pytest.param([http(PAGE, "200 OK", "Content-Encoding: identity")], id="not encoded"),
        pytest.param([http(b"\xef\xbb\xbf" + PAGE.replace(b"\n", b"\r\n"))], id="line ends"),
        pytest.param([chunked(PAGE, 10)], id="chunks"),
        pytest.param([http(b"", MOVED, "Location: b.md"), http(PAGE)], id="a redirect"),
        pytest.param([http(b"", "302 Found", f"Location: /{n}#a") for n in range(3)] + [http(PAGE)],
                     id="three redirects"),
    ],
)  # fmt: skip
def test_page(site: Site, capsys: pytest.CaptureFixture[str], answers: list[bytes]) -> None:
    site.answer(*answers)
    said = imports(site, capsys)
    assert said == f"{site.url}: 6 of 6 cells interpreted, 0 unresolved\n"
    matrix = load_matrix(str(OUT))
    assert matrix.page.id == "firewall-requirements"
    assert matrix.page.address == site.url[: -len(".md")] + "/"
    assert len(site.server.requests) == len(answers)


def test_one_plain_request(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.answer(http(PAGE))
    imports(site, capsys)
    (request,) = site.server.requests
    lines = request.strip().split("\r\n")
    assert lines[0] == "GET /firewall.md HTTP/1.1"
    assert {line.partition(":")[0] for line in lines[1:]} == {
        "Host", "User-Agent", "Accept", "Accept-Encoding", "Connection",
    }  # fmt: skip
    assert site.asked("Accept-Encoding") == ["identity"]


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "text/plain"])
def test_html(site: Site, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    site.answer(http(HTML.encode(), "200 OK", f"Content-Type: {kind}"))
    said = imports(site, capsys, "--address", "https://docs.example.com/firewall/")
    assert said.splitlines() == [
        f"{site.url}: 5 of 6 cells interpreted, 1 unresolved",
        f'{site.url}:9: "perhaps": these words are neither a minimum version nor a status',
    ]
    matrix = load_matrix(str(OUT))
    assert matrix.page.address == "https://docs.example.com/firewall/"
    assert [str(row.minimum) for row in matrix.capabilities] == ["1.4.0", "None"]


def test_page_on_the_standard_output(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.answer(http(PAGE, "200 OK", 'ETag: "a"'))
    status, out, err = ran(capsys, site.url)
    assert (status, err) == (0, f"{site.url}: 6 of 6 cells interpreted, 0 unresolved\n")
    assert 'id = "bot_filter"' in out
    assert [*Path().iterdir()] == []


def test_manifest(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    yaml = "Content-Type: application/yaml"
    site.answer(http(MANIFEST, "200 OK", yaml, 'ETag: "a"'), http(b"", "304 Not Modified"))
    said = imports(site, capsys, "--declarations")
    assert said == f"{site.url}: 1 of 1 declarations interpreted, 0 unresolved\n"
    assert "tests/test_login.py::Test_Login" in OUT.read_text(encoding="utf-8")
    assert "unchanged" in imports(site, capsys, "--declarations")


LARGE = b" " * (2 * MIB + 1)
FAILURES = {
    "not found": ([http(b"s3cret", "404 s3cret")], "status 404 (Not Found)"),
    "an error": ([http(b"", "500 s3cret")], "status 500 (Internal Server Error)"),
    "no status of HTTP": ([http(b"", "799 s3cret")], "status 799"),
    "unchanged, unasked": ([http(b"", "304 Not Modified")], "status 304 (Not Modified)"),
    "a part": ([http(PAGE, "206 Partial Content")], "status 206 (Partial Content)"),
    "another host": (
        [http(b"", MOVED, "Location: https://docs.example.com/s3cret")],
        "it redirects to another host, docs.example.com; give that address if you trust it",
    ),
    "another host without a scheme": (
        [http(b"", MOVED, "Location: //LOCALHOST:1/s3cret")],
        "it redirects to another host, localhost:1; give that address if you trust it",
    ),
    "http": (
        [http(b"", MOVED, "Location: HTTP://127.0.0.1/s3cret")],
        "it redirects to http, which is not encrypted",
    ),
    "a file": ([http(b"", MOVED, "Location: file:///s3cret")], "it redirects to no valid address"),
    "credentials": (
        [http(b"", MOVED, "Location: https://user:s3cret@127.0.0.1/")],
        "it redirects to no valid address",
    ),
    "a token": ([http(b"", MOVED, "Location: /?s3cret")], "it redirects to no valid address"),
    "no IPv6": ([http(b"", MOVED, "Location: https://[a")], "it redirects to no valid address"),
    "nowhere": ([http(b"", "308 Permanent Redirect")], "it redirects to no valid address"),
    "a loop": ([http(b"", "302 Found", "Location: /a")], "it redirects more than 3 times"),
    "too large": ([http(LARGE)], "it is larger than 2 MiB"),
    "too large in chunks": ([chunked(LARGE, MIB)], "it is larger than 2 MiB"),
    "cut off": ([http(PAGE)[:-1]], "the connection was closed too early"),
    "a chunk cut off": ([chunked(PAGE, 10)[:-20]], "the connection was closed too early"),
    "no last chunk": ([chunked(PAGE, 10)[:-5]], "the connection was closed too early"),
    "no length": (
        [b"HTTP/1.0 200 OK\r\n\r\n" + PAGE],
        "the answer does not say how long it is, so it may be cut off",
    ),
    "compressed": (
        [http(PAGE, "200 OK", "Content-Encoding: gzip")],
        "it is compressed (gzip), which was not asked for",
    ),
    "a picture": (
        [http(PAGE, "200 OK", "Content-Type: image/png")],
        "it is image/png, and neither Markdown nor HTML nor other text",
    ),
    "JSON": (
        [http(b"{}", "200 OK", "Content-Type: application/json")],
        "it is application/json, and neither Markdown nor HTML nor other text",
    ),
    "no HTTP": ([b"s3cret\r\n\r\n"], "the answer is not HTTP"),
    "nothing": ([b""], "the connection was closed too early"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAILURES)
def test_failure(site: Site, capsys: pytest.CaptureFixture[str], name: str) -> None:
    answers, reason = FAILURES[name]
    OUT.write_text("old", encoding="utf-8")
    site.answer(*answers)
    status, out, err = ran(capsys, site.url, "-o", str(OUT))
    assert (status, out) == (2, "")
    assert err == f"ddcompat: {site.url}: cannot fetch this page: {reason}\n"
    assert OUT.read_text(encoding="utf-8") == "old"
    assert [*Path().iterdir()] == [OUT]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"# A\xff", "byte 3: this is not UTF-8 text", id="not UTF-8"),
        pytest.param(b"<!doctype html><h1>Log in</h1>",
                     "this page has no table of capabilities: it has no table", id="a form"),
    ],
)  # fmt: skip
def test_page_that_is_none(
    site: Site, capsys: pytest.CaptureFixture[str], content: bytes, reason: str
) -> None:
    site.answer(http(content, "200 OK", "Content-Type: text/html"))
    status, out, err = ran(capsys, site.url, "-o", str(OUT))
    assert (status, out) == (2, "")
    assert err.startswith(f"ddcompat: {site.url}: {reason}")
    assert err.count("\n") == 1
    assert [*Path().iterdir()] == []


@pytest.mark.parametrize(
    ("sent", "drop"),
    [
        pytest.param(b"", b"H", id="a slow head"),
        pytest.param(http(PAGE, "200 OK")[:-100], b"", id="no end"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"a", id="a slow body"),
    ],
)
@pytest.mark.usefixtures("site")
def test_server_that_takes_too_long(
    serve: Serve, certificate: tuple[Path, Path], sent: bytes, drop: bytes
) -> None:
    server = over_tls(serve, certificate, drips_after(sent, drop))
    with pytest.raises(PageError) as error:
        fetch(f"https://127.0.0.1:{server.port}/", "page", MIB, Validators(), seconds=SHORT)
    assert str(error.value).endswith(": cannot fetch this page: no answer within 0.3 seconds")


def test_certificate_that_is_not_trusted(
    site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    site.answer(http(PAGE))
    status, _, err = ran(capsys, site.url)
    assert (status, err.rpartition(": ")[2]) == (2, "its certificate is not trusted\n")
    assert site.server.requests == []


@pytest.mark.usefixtures("site")
def test_server_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    status, _, err = ran(capsys, f"https://127.0.0.1:{port}/page.md")
    assert (status, err.rpartition(": ")[2]) == (2, "the connection was refused\n")


@pytest.mark.usefixtures("site")
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_proxy(
    serve: Serve, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(http(b"", "407 s3cret"))
    monkeypatch.delenv("no_proxy")
    monkeypatch.setenv("https_proxy", f"http://user:s3cret@127.0.0.1:{proxy.port}")
    status, _, err = ran(capsys, "https://docs.example.com/page.md")
    reason = "the proxy refuses the connection (status 407)"
    assert (status, err.rpartition("page: ")[2]) == (2, f"{reason}\n")
    assert proxy.requests[0].startswith("CONNECT docs.example.com:443 HTTP/1.")
    gc.collect()  # Python 3.9 leaves the connection to the proxy open until then


UNCHANGED = http(b"", "304 Not Modified")
OLD = http(PAGE, "200 OK", 'ETag: W/"old"', "Last-Modified: Wed, 25 Nov 2026 07:28:00 GMT")
DATED = http(PAGE, "200 OK", "Last-Modified: Wed, 25 Nov 2026 07:28:00 GMT")


@pytest.mark.parametrize(
    ("first", "header", "value"),
    [
        pytest.param(OLD, "If-None-Match", 'W/"old"', id="a tag"),
        pytest.param(DATED, "If-Modified-Since", "Wed, 25 Nov 2026 07:28:00 GMT", id="a day"),
    ],
)
def test_unchanged_page(
    site: Site, capsys: pytest.CaptureFixture[str], first: bytes, header: str, value: str
) -> None:
    site.answer(first, UNCHANGED)
    imports(site, capsys, "--format", "json")
    before = [(path, path.read_bytes(), path.stat().st_mtime_ns) for path in (OUT, KEPT)]
    assert imports(site, capsys) == f"{site.url}: unchanged since out.toml was made\n"
    assert json.loads(imports(site, capsys, "--format", "json")) == {"unchanged": True}
    assert site.asked(header) == ["", value, value]
    assert [(path, path.read_bytes(), path.stat().st_mtime_ns) for path in (OUT, KEPT)] == before
    assert sorted(Path().iterdir()) == [OUT, KEPT]


def test_unchanged_page_of_a_server_that_cannot_tell(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.answer(http(PAGE))
    imports(site, capsys)
    before = OUT.stat().st_mtime_ns
    assert "unchanged" in imports(site, capsys)
    assert OUT.stat().st_mtime_ns == before


def test_changed_page(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.answer(OLD, http(NEWER, "200 OK", 'ETag: "new"'), UNCHANGED)
    imports(site, capsys)
    imports(site, capsys)
    assert str(load_matrix(str(OUT)).capabilities[0].minimum) == "1.5.0"
    imports(site, capsys)
    assert site.asked("If-None-Match") == ["", 'W/"old"', '"new"']


def edit() -> None:
    OUT.write_text(OUT.read_text(encoding="utf-8") + "\n", encoding="utf-8")


def bend_tag() -> None:
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    KEPT.write_text(json.dumps({**kept, "etag": '"a"\r\nX: b', "last_modified": 1}))


@pytest.mark.parametrize(
    ("meanwhile", "options"),
    [
        pytest.param(edit, [], id="the file was edited"),
        pytest.param(OUT.unlink, [], id="the file was deleted"),
        pytest.param(KEPT.unlink, [], id="nothing is kept"),
        pytest.param(lambda: KEPT.write_bytes(b"\xff"), [], id="no text is kept"),
        pytest.param(lambda: KEPT.write_text("[" * 100_000), [], id="no JSON is kept"),
        pytest.param(lambda: KEPT.write_text("[]"), [], id="no object is kept"),
        pytest.param(bend_tag, [], id="no tag is kept"),
        pytest.param(lambda: None, ["--id", "other"], id="another id"),
        pytest.param(lambda: None, ["--address", "https://example.com/"], id="another address"),
        pytest.param(lambda: None, ["--partials", "."], id="files that it includes"),
    ],
)
def test_page_is_fetched_whole(
    site: Site,
    capsys: pytest.CaptureFixture[str],
    meanwhile: Callable[[], object],
    options: list[str],
) -> None:
    site.answer(OLD)
    imports(site, capsys)
    meanwhile()
    imports(site, capsys, *options)
    assert site.asked("If-None-Match") == ["", ""]
    assert site.asked("If-Modified-Since") == ["", ""]
    assert load_matrix(str(OUT)).page.title == "Firewall requirements"


def test_page_is_fetched_whole_by_a_later_release(
    site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site.answer(OLD)
    imports(site, capsys)
    monkeypatch.setattr("pytest_ddcompat.__main__.__version__", "99.0")
    imports(site, capsys)
    assert site.asked("If-None-Match") == ["", ""]


def test_file_beside_that_cannot_be_written(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    KEPT.mkdir()
    site.answer(OLD)
    status, _, err = ran(capsys, site.url, "-o", str(OUT))
    assert (status, err) == (
        2, "ddcompat: --output: cannot write out.toml.etag: it is a directory\n",
    )  # fmt: skip
    assert load_matrix(str(OUT)).page.id == "firewall-requirements"
