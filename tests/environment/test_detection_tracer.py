"""Versions of what is installed, whole or broken, and without importing it."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import pytest

from pytest_ddcompat import Environment
from pytest_ddcompat.environment.detection import installed
from pytest_ddcompat.environment.machine import Detector

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_ddcompat import Fact
    from pytest_ddcompat.values.versions import Version

NEVER_RUN = 'raise SystemExit("ddtrace was imported")\n'
MODULE = {"ddtrace/__init__.py": NEVER_RUN}


def metadata(name: str, version: str | None, provides: str = "ddtrace") -> dict[str, str]:
    folder = f"{name.replace('-', '_')}-{version}.dist-info"
    lines = ["Metadata-Version: 2.1", f"Name: {name}"]
    lines += [] if version is None else [f"Version: {version}"]
    return {
        f"{folder}/METADATA": "\n".join(lines) + "\n",
        f"{folder}/RECORD": f"{provides}/__init__.py,,\n",
        f"{folder}/top_level.txt": f"{provides}\n",
    }


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages in the place of the real ones."""
    real = [path for path in sys.path if "site-packages" not in path]
    monkeypatch.setattr(sys, "path", [str(tmp_path), *real])
    importlib.invalidate_caches()
    for name in [n for n in sys.modules if n.split(".")[0] == "ddtrace"]:
        monkeypatch.delitem(sys.modules, name)
    return tmp_path


def write_all(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def tracer(root: Path) -> Fact[Version]:
    return Environment({}, Detector(environ={}, root=root)).tracer


@pytest.mark.parametrize(
    ("files", "folders", "known", "version", "signal"),
    [
        pytest.param(
            {}, [], True, "None", "no distribution ddtrace is installed", id="not installed"
        ),
        pytest.param(
            {**MODULE, **metadata("ddtrace", "4.16.0")}, [], True, "4.16.0",
            "metadata of the distribution ddtrace", id="installed",
        ),
        pytest.param(
            {**MODULE, **metadata("ddtrace", "4.17.0.dev3+g12ab")}, [], True, "4.17.0.dev3+g12ab",
            "metadata of the distribution ddtrace", id="built from a checkout",
        ),
        pytest.param(
            metadata("ddtrace", "3.0.0"), [], True, "3.0.0",
            "metadata of the distribution ddtrace", id="metadata alone",
        ),
        pytest.param(
            MODULE, [], False, "None",
            "ddtrace can be imported, but no distribution's metadata names it",
            id="no dist-info at all",
        ),
        pytest.param(
            {"ddtrace.py": NEVER_RUN}, [], False, "None",
            "ddtrace can be imported, but no distribution's metadata names it",
            id="a module of that name",
        ),
        pytest.param(
            {**MODULE, **metadata("ddtrace", "main")}, [], False, "None",
            "the metadata of ddtrace has no PEP 440 version", id="no PEP 440 version",
        ),
        pytest.param(
            {}, ["ddtrace"], True, "None", "no distribution ddtrace is installed",
            id="an empty folder of that name",
        ),
        pytest.param(
            {**MODULE, **metadata("ddtrace-serverless", "4.1.0")}, [], True, "4.1.0",
            "metadata of the distribution ddtrace-serverless", id="ddtrace-serverless",
        ),
        pytest.param(
            {**MODULE, **metadata("ddtrace-serverless", "main")}, [], False, "None",
            "the metadata of ddtrace-serverless has no PEP 440 version",
            id="ddtrace-serverless without a version",
        ),
        pytest.param(
            {**MODULE, **metadata("other", "1.0", provides="other")}, [], False, "None",
            "ddtrace can be imported, but no distribution's metadata names it",
            id="another distribution beside it",
        ),
    ],
)  # fmt: skip
def test_tracer(
    *,
    files: dict[str, str],
    folders: list[str],
    known: bool,
    version: str,
    signal: str,
    site: Path,
) -> None:
    write_all(site, files)
    for name in folders:
        (site / name).mkdir()
    fact = tracer(site)
    assert (fact.known, str(fact.value), fact.signal) == (known, version, signal)
    assert "ddtrace" not in sys.modules


@pytest.mark.parametrize("importable", [True, False])
def test_empty_metadata(importable: bool, site: Path) -> None:
    (site / "ddtrace-9.9.dist-info").mkdir()
    if importable:
        (site / "ddtrace").mkdir()
        (site / "ddtrace" / "__init__.py").write_text(NEVER_RUN)
    fact = tracer(site)
    assert not fact.known
    assert fact.value is None
    assert fact.signal.startswith("the metadata of ddtrace ")
    assert "ddtrace" not in sys.modules


@pytest.mark.parametrize("broken", ["deleted while it is read", "a mistake of the reader"])
def test_metadata_that_cannot_be_read(
    broken: str, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def distributions(name: str) -> list[object]:
        raise OSError(f"{name}: {broken}")

    monkeypatch.setattr(
        "pytest_ddcompat.environment.detection.metadata.distributions", distributions
    )
    fact = tracer(site)
    assert (fact.known, fact.value) == (False, None)
    assert fact.signal == "cannot read the metadata of ddtrace (OSError)"


def test_tracer_is_not_imported_for_any_fact(site: Path) -> None:
    for name, text in {**MODULE, **metadata("ddtrace", "4.16.0")}.items():
        (site / name).parent.mkdir(exist_ok=True)
        (site / name).write_text(text)
    environment = Environment.detect()
    assert environment.to_mapping()["tracer"] == "4.16.0"
    assert environment.to_mapping()["frameworks"] == dict.fromkeys(("django", "fastapi", "flask"))
    assert "ddtrace" not in sys.modules


@pytest.mark.parametrize(
    ("name", "files", "version", "signal"),
    [
        pytest.param(
            "fastapi", metadata("fastapi-slim", "0.112.4", provides="fastapi"), "0.112.4",
            "metadata of the distribution fastapi-slim", id="another distribution provides it",
        ),
        pytest.param(
            "django", {}, "unknown",
            "django can be imported, but no distribution's metadata names it", id="vendored",
        ),
        pytest.param(
            "ddtrace", {**metadata("ddtrace", "1.5.0"), **metadata("ddtrace", "4.1.0")}, "unknown",
            "several distributions ddtrace are installed: 1.5.0 and 4.1.0", id="two that disagree",
        ),
        pytest.param(
            "django", {**metadata("Django", "1.8.0"), **metadata("Django", "4.2.0")}, "unknown",
            "several distributions django are installed: 1.8.0 and 4.2.0", id="two of a framework",
        ),
        pytest.param(
            "ddtrace", {"ddtrace-0.0.0.dist-info/INSTALLER": "pip", **metadata("ddtrace", "4.1.0")},
            "4.1.0", "metadata of the distribution ddtrace", id="a leftover that comes first",
        ),
        pytest.param(
            "ddtrace", {"ddtrace-4.2.0.dist-info/REQUESTED": "", **metadata("ddtrace", "4.1.0")},
            "4.1.0", "metadata of the distribution ddtrace", id="a leftover that comes last",
        ),
        pytest.param(
            "fastapi", {
                **metadata("fastapi-slim", "0.1", provides="fastapi"),
                **metadata("fastapi-fat", "0.2", provides="fastapi"),
            }, "unknown", "several distributions provide fastapi: ", id="two providers",
        ),
        pytest.param(
            "Fast API", metadata("fastapi", "0.110"), "0.110",
            "metadata of the distribution fastapi", id="written with a space",
        ),
        *(
            pytest.param(
                name, metadata("ruamel.yaml", "0.18", provides="ruamel"), "0.18",
                f"metadata of the distribution {name.lower()}", id=name,
            )
            for name in ("ruamel.yaml", "ruamel-yaml", "ruamel_yaml", "Ruamel.YAML")
        ),
    ],
)  # fmt: skip
def test_installed_under_any_name(
    name: str, files: dict[str, str], version: str, signal: str, site: Path
) -> None:
    package = name.lower().replace(" ", "").partition(".")[0]
    for path, text in {f"{package}/__init__.py": NEVER_RUN, **files}.items():
        (site / path).parent.mkdir(exist_ok=True)
        (site / path).write_text(text)
    environment = Environment({}, Detector(environ={}, root=site))
    fact = environment.tracer if name == "ddtrace" else environment.framework(name)
    assert (fact.words, fact.signal[: len(signal)]) == (version, signal)
    assert package not in sys.modules


def test_a_folder_earlier_on_the_path_hides_a_later_one(
    site: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    later = tmp_path_factory.mktemp("later")
    sys.path.append(str(later))
    for folder, version in ((site, "4.1.0"), (later, "1.5.0")):
        for name, text in {**MODULE, **metadata("ddtrace", version)}.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)
    assert tracer(site).words == "4.1.0"
    (site / "ddtrace" / "__init__.py").unlink()
    assert tracer(site).words == "1.5.0"


RESTX = metadata("Flask_RestX", "1.3.0", provides="flask_restx")
YAML = {"yaml/__init__.py": "", **metadata("PyYAML", "6.0", provides="yaml")}


@pytest.mark.parametrize(
    ("files", "name", "known", "version"),
    [
        pytest.param(RESTX, "flask-restx", True, "1.3.0", id="its PEP 503 name"),
        pytest.param(RESTX, "Flask.RestX", True, "1.3.0", id="another spelling"),
        pytest.param(RESTX, "flaskrestx", True, "None", id="without the dash"),
        pytest.param(
            metadata("flaskrestx", "1.3.0"), "flask-restx", True, "None", id="with a dash too much"
        ),
        pytest.param(YAML, "pyyaml", True, "6.0", id="distribution with another module"),
        pytest.param(YAML, "yaml", True, "6.0", id="module with another distribution"),
        pytest.param({}, "httpx", True, "None", id="not installed"),
        pytest.param({}, "json", False, "None", id="of the standard library"),
        pytest.param(metadata("httpx", "main"), "httpx", False, "None", id="no PEP 440 version"),
    ],
)
@pytest.mark.parametrize("all_at_once", [False, True], ids=["one", "all"])
def test_package(
    *,
    files: dict[str, str],
    name: str,
    known: bool,
    version: str,
    all_at_once: bool,
    site: Path,
) -> None:
    write_all(site, files)
    detector = Detector(environ={}, root=site)
    if all_at_once:
        detector.find_distributions_by(installed())
    fact = Environment({}, detector).package(name)
    if all_at_once and name == "yaml":  # which distribution provides it is not looked up
        known, version = False, "None"
    assert (fact.known, str(fact.value)) == (known, version)


@pytest.mark.parametrize("all_at_once", [False, True], ids=["one", "all"])
def test_framework_is_found_without_its_dash(all_at_once: bool, site: Path) -> None:
    write_all(site, metadata("fastapi", "0.115"))
    detector = Detector(environ={}, root=site)
    if all_at_once:
        detector.find_distributions_by(installed())
    environment = Environment({}, detector)
    assert environment.framework("Fast API").words == "0.115"
    assert environment.package("fast-api").words == "none"
