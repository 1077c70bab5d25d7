"""Bad input to the command: one clear line, exit status 2, never a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_ddcompat.__main__ import main

CAPABILITIES = (
    "api_security, automatic_user_activity_event_tracking, code_security, "
    "customize_response_to_blocked_requests, sca, software_composition_analysis, "
    "threat_detection, threat_protection"
)
ADDRESS = (
    "valid: http://host[:port][/path], https://host[:port][/path], unix:///path; or auto, or off"
)
FILES = {
    "text.json": b"tracer = 1",
    "empty.json": b"",
    "array.json": b"[]",
    "binary.json": b"\x80\x81",
    "twice.json": b'{"tracer": "1.0", "tracer": "2.0"}',
    "deep.json": b"[" * 100_000,
    "key.json": b'{"tracr": "1.0"}',
    "number.json": b'{"tracer": 4.16}',
    "null.json": b'{"os": null}',
    "cut.json": b'{"tracer": "4.1',
    "version.json": b'{"frameworks": {"django": "four"}}',
    "types.json": b'{"deployments": "docker"}',
    "rc.json": b'{"remote_configuration": "yes"}',
    "site.json": b'{"site": "not a site"}',
    "date.json": b'{"date": "yesterday"}',
    "bad.toml": b"[page",
    "binary.toml": b"\x80\x81",
    "none.toml": b"",
    "key.toml": b"[pages]\nid = 'x'",
    "row.toml": b"extends = 'iast-python'\n[[releases]]\ntracer = '<2'\nagent = '7'\nsource = 'x'",
    "gone.toml": b"extends = 'missing.toml'",
    "page.md": b"|X capability|Minimum x version|\n|-|-|\n|A|1|\n",
    "all.md": b"|X capability|Java|Python|\n|-|-|-|\n|A|1|2|\n",
    "words.md": b"# Title\n\nWords.\n",
    "empty.md": b"",
    "binary.md": b"\x80\x81",
    "nul.md": b"a\n\0",
    "open.md": b"---\ntitle: A\n",
    "yaml.md": b"---\na: b: c\n---\n",
    "list.md": b"---\n- a\n---\n",
    "large.md": b" " * (2 * 1024 * 1024 + 1),
}
BAD = {
    # the command and its options
    "": "the following arguments are required: COMMAND",
    "chek": 'COMMAND: "chek" is not valid; did you mean "check"?',
    "explian sca": 'COMMAND: "explian" is not valid; did you mean "explain"?',
    "check --framwork django": '"--framwork" is not known to check; did you mean "--framework"?',
    "check --frame django": '"--frame" is not known to check; did you mean "--framework"?',
    "facts --agnt auto": '"--agnt" is not known to facts; did you mean "--agent"?',
    "facts sca": '"sca" is not known to facts; see ddcompat --help',
    "matrices x": '"x" is not known to matrices; see ddcompat --help',
    "compare here": "the following arguments are required: B",
    "compare": "the following arguments are required: A, B",
    "explain": "the following arguments are required: CAPABILITY",
    "check --set": "argument --set: expected one argument",
    "check --facts": "argument --facts: expected one argument",
    "check --agent": "argument --agent: expected one argument",
    "check --format xml": '--format: "xml" is not valid; valid: json, text',
    "check --format jsn": '--format: "jsn" is not valid; did you mean "json"?',
    # capabilities
    "check threat_protecton": 'no capability "threat_protecton" on the page; did you mean "threat',
    "check x": f'no capability "x" on the page; valid: {CAPABILITIES}',
    "explain api-securty": 'no capability "api-securty" on the page; did you mean "api_security"?',
    "explain sca|and": '"sca and", column 8: a capability is expected here, not its end',
    "explain (sca": '"(sca", column 5: ")" is expected here, not its end',
    "explain sca|sca|and|x": '"sca sca and x", column 5: "and" or "or" is expected here',
    "check sca --framework djngo": 'no framework "djngo" on the page; did you mean "django"?',
    "check sca --deployment dokcer": 'no deployment type "dokcer" on the page; did you mean',
    "check sca --deployment heroku": 'no deployment type "heroku" on the page; valid: amazon_ecs',
    "check sca --datastore postgress": 'no data store "postgress" on the page; did you mean',
    "check sca --support-level gold": '"gold" is not a support level; valid: end_of_life',
    "check sca --support-level maintenence": '"maintenence" is not a support level; did you mean',
    "check sca --framework=": "framework must be a string that is not empty",
    # settings
    "check --set tracr=1": '--set: unknown key "tracr"; did you mean "tracer"?',
    "check --set tracer": '--set: "tracer" is not KEY=VALUE; valid: such as tracer=2.5.0',
    "check --set tracer=": '--set: "tracer=" is not KEY=VALUE',
    "check --set =1": '--set: unknown key ""',
    "check --set tracer=four": '--set: tracer: "four" is not a version; valid: PEP 440',
    "check --set python=three": '--set: python: "three" is not a version; valid: PEP 440',
    "check --set python=none": '--set: python: "none" is not a version; valid: PEP 440',
    "check --set deployment=dockr": '--set: deployment: "dockr" is not a deployment type; did you',
    "check --set remote_configuration=maybe": "--set: remote_configuration: this must be true or",
    "check --set site=no|site": "--set: site: this is not a Datadog site; valid: a host name",
    "check --set date=2026-13-01": '--set: date: "2026-13-01" is not a date; valid: such as',
    "check --set os=linxu": '--set: os: "linxu" is not valid; did you mean "linux"?',
    "check --set framework.=1": '--set: unknown key "framework."; did you mean "framework.NAME"?',
    "check --set agent=test": '--set: agent: "test" is not a version; valid: PEP 440',
    # facts files
    "check --facts missing.json": "missing.json: this facts file cannot be read: No such file",
    "check --facts .": ".: this facts file cannot be read: Is a directory",
    "check --facts text.json": "text.json: this is not valid JSON: Expecting value",
    "check --facts empty.json": "empty.json: this is not valid JSON: Expecting value",
    "check --facts array.json": "array.json: this must be a JSON object of facts (got [])",
    "check --facts binary.json": "binary.json: byte 0: this is not UTF-8 text",
    "check --facts twice.json": 'twice.json: the key "tracer" stands here twice',
    "check --facts deep.json": "deep.json: this is not valid JSON: nested too deeply",
    "check --facts key.json": 'key.json: unknown key "tracr"; did you mean "tracer"?',
    "check --facts number.json": "number.json: tracer: this must be a string that is not empty",
    "check --facts null.json": "null.json: os: this must be a string that is not empty (got null)",
    "check --facts cut.json": "cut.json: this is not valid JSON: Unterminated string",
    "check --facts version.json": 'version.json: frameworks.django: "four" is not a version',
    "check --facts types.json": "types.json: deployments: this must be an array of deployment",
    "check --facts rc.json": "rc.json: remote_configuration: this must be true or false",
    "check --facts site.json": "site.json: site: this is not a Datadog site",
    "check --facts date.json": 'date.json: date: "yesterday" is not a date',
    "explain sca --facts key.json": 'key.json: unknown key "tracr"; did you mean "tracer"?',
    # the Agent
    "check --agent foo": "--agent: the address does not begin with http://, https:// or unix",
    "check --agent http://": f"--agent: the address has no host; {ADDRESS}",
    "check --agent http://a:b": "--agent: the address has a port that is not a number",
    "facts --agent ftp://a": "--agent: the address does not begin with http://, https://",
    "compare here here --agent x": "--agent: the address does not begin with http://",
    # pages
    "check --matrix iast-pyton": 'no matrix "iast-pyton" is bundled; did you mean "iast-python"?',
    "check --matrix missing.toml": "missing.toml: this file cannot be read: No such file",
    "check --matrix bad.toml": "bad.toml: this is not valid TOML: ",
    "check --matrix binary.toml": "binary.toml: byte 0: this is not UTF-8 text",
    "check --matrix none.toml": 'none.toml: the key "page" is missing: Which page this is.',
    "check --matrix key.toml": 'key.toml: unknown key "pages"; did you mean "page"?',
    "check --matrix row.toml": 'row.toml: releases[0]: the key "reason" is missing: Why it is so.',
    "check --matrix gone.toml": "gone.toml: extends: missing.toml: this file cannot be read:",
    # comparing
    "compare here nowhere": (
        "nowhere: this facts file cannot be read: No such file or directory; "
        "valid: here, a facts file, or KEY=VALUE"
    ),
    "compare tracer=x here": 'tracer=x: tracer: "x" is not a version; valid: PEP 440',
    "compare here key.json": 'key.json: unknown key "tracr"; did you mean "tracer"?',
    "compare here tracr=1": 'tracr=1: unknown key "tracr"; did you mean "tracer"?',
    "compare , here": ",: this facts file cannot be read",
    "compare tracer=4.0, here": "tracer=4.0,: a setting between commas is empty; valid: KEY=VALUE",
    "compare here implementation=cpython,,os=linux": (
        "implementation=cpython,,os=linux: a setting between commas is empty; valid: KEY=VALUE"
    ),
    # names of nothing
    "check --facts=": "the name of a facts file is empty; valid: a path",
    "check --set framework.-=1": '--set: unknown key "framework.-"; did you mean "framework.NAME',
    "check --set implementation=cpyton": '--set: implementation: "cpyton" is not valid; did you',
    "facts --framework=": '--framework: frameworks: "" is no name of a framework',
    "facts --framework a\x1b": '--framework: frameworks: "a\\x1b" is no name of a framework',
    "facts --framework djngo": 'no framework "djngo" on the page; did you mean "django"?',
    "facts --date=": '--date: "date=" is not KEY=VALUE',
    # importing a page
    "import": "the following arguments are required: PAGE",
    "import missing.md": "missing.md: this page cannot be read: No such file or directory",
    "import .": ".: this page cannot be read: Is a directory",
    "import words.md": "words.md: no table of capabilities is on this page",
    "import empty.md": "empty.md: no table of capabilities is on this page",
    "import binary.md": "binary.md: byte 0: this is not UTF-8 text",
    "import nul.md": "nul.md: line 2: this is not text, but binary (U+0000)",
    "import open.md": "open.md: line 1: the front matter is not closed; valid: ---",
    "import yaml.md": "yaml.md: line 2: the front matter is no YAML: mapping values are not",
    "import list.md": "list.md: line 2: the front matter has no keys; valid: such as title:",
    "import large.md": "large.md: this page is larger than 2 MiB",
    "import all.md": (
        "all.md: this page has a column for each of several languages, and none is picked; "
        "--language: valid: java, python"
    ),
    "import all.md --language pyton": (
        "all.md: this page has a column for each of several languages, "
        'and "pyton" is none; --language: did you mean "python"?'
    ),
    "import page.md --read soon": '--read: "soon" is not a date; valid: such as 2026-05-31',
    "import page.md --id A|B": 'page.md: page.id: "A B" is no id; valid: lower-case letters',
    "import page.md --address x": 'page.md: page.address: "x" is no address; valid: https://',
    "import page.md --partials none": "--partials: there is no folder none; valid: layouts/",
    "import page.md --format toml": '--format: "toml" is not valid; valid: json, text',
    "import page.md --langage x": '"--langage" is not known to import; did you mean "--language"?',
    "import page.md -o none/x.toml": "none/x.toml: this file cannot be written: No such file",
    # the date
    "facts --date soon": '--date: date: "soon" is not a date; valid: such as 2026-05-31',
    "lint iast-python --date soon": '--date: date: "soon" is not a date; valid: such as',
    # pages held against each other, and against rules
    "diff iast-python": "the following arguments are required: NEW",
    "diff iast-pyton iast-python": 'no matrix "iast-pyton" is bundled; did you mean "iast-pytho',
    "diff iast-python missing.toml": "missing.toml: this file cannot be read: No such file",
    "diff iast-python key.toml": 'key.toml: unknown key "pages"; did you mean "page"?',
    "diff iast-python iast-python --recrd x": '"--recrd" is not known to diff; did you mean "--rec',
    "diff iast-python iast-python --record none.json": "none.json: this record cannot be read: No",
    "diff iast-python iast-python --record cut.json": "cut.json: line 1, column 12: this is not va",
    "diff iast-python iast-python --record key.json": 'key.json: unknown key "tracr"; valid: dec',
    "diff iast-python iast-python --facts key.json": 'key.json: unknown key "tracr"; did you mean',
    "diff iast-python iast-python --set tracr=1": '--set: unknown key "tracr"; did you mean "tr',
    "diff iast-python iast-python --agent foo": "--agent: the address does not begin with http",
    "diff iast-python iast-python --format mardown": '--format: "mardown" is not valid; did you',
    "lint": "the following arguments are required: FILE",
    "lint iast-pyton": 'no matrix "iast-pyton" is bundled; did you mean "iast-python"?',
    "lint missing.toml": "missing.toml: this file cannot be read: No such file",
    "lint bad.toml": "bad.toml: this is not valid TOML: ",
    "lint binary.toml": "binary.toml: byte 0: this is not UTF-8 text",
    "lint iast-python --format markdown": '--format: "markdown" is not valid; valid: json, text',
}


@pytest.mark.parametrize("line", BAD)
def test_bad_input(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.items():
        Path(name).write_bytes(content)
    arguments = [argument.replace("|", " ") for argument in line.split()]
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    first = captured.err.splitlines()[0]
    assert first.startswith(f"ddcompat: {BAD[line]}")
    if not line.endswith((".toml", "--record key.json")):
        assert captured.err.count("\n") == 1


def test_there_are_enough() -> None:
    assert len(BAD) >= 60


def test_a_message_cannot_break_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "\x1b[31m\ud800"]) == 2
    assert json.dumps("\\x1b[31m\\ud800")[1:-1].replace("\\\\", "\\") in capsys.readouterr().err
