"""What the page documents for each target, written down by hand from its tables.

A run of the suite has one target's facts: Linux on x86-64, CPython, a plain host. Each target's
Python is in the page's runtime table for its ddtrace: 2.7 and 3.5-3.11 for `<2`, 3.7-3.13 for
`>=2,<3`, 3.8+ for `>=3, <4`, 3.9+ for `>=4, <5`. So a capability's minimum decides, and where a
framework is named what is installed too: Django 4.2 beside 1.20.19 and 4.16.0, Flask nowhere.
"""

from __future__ import annotations

ANSWERS = {"yes": "supported", "no": "unsupported", "?": "undetermined"}

# "Minimum Python tracer version" of each row of the capability table, under the name of its test.
MINIMUM = {
    "threat_detection": "1.9.0",
    "threat_protection": "1.10.0",
    "customize_response": "1.19.0",
    "software_composition_analysis": "1.5.0",
    "code_security": "2.21.0",
    "user_activity": "1.17.0",
    "api_security": "2.6.0",
}

# The nearest Python that the runtime table does not have for the target's ddtrace.
UNDOCUMENTED_PYTHON = {
    "1.9.7": "3.12",
    "1.20.19": "3.4",
    "2.6.0": "3.14",
    "3.19.9": "3.7",
    "4.16.0": "3.8",
    None: "3.8",
}

# Tests that ask for no capability: neither the site nor the runtime table bears on them.
WITHOUT_CAPABILITY = ("support_level", "framework", "tracer", "agent")

TABLE = """
                               1.9.7  1.20.19  2.6.0  3.19.9  4.16.0  none
threat_detection               yes    yes      yes    yes     yes     no
threat_protection              no     yes      yes    yes     yes     no
customize_response             no     yes      yes    yes     yes     no
software_composition_analysis  yes    yes      yes    yes     yes     no
code_security                  no     no       no     yes     yes     no
user_activity                  no     yes      yes    yes     yes     no
api_security                   no     no       yes    yes     yes     no
api_security_module            no     no       yes    yes     yes     no
code_security_no_preview       no     no       no     no      no      no
threat_detection_django        no     yes      no     no      yes     no
threat_protection_django       no     yes      no     no      yes     no
threat_protection_flask        no     no       no     no      no      no
threat_protection_either       no     yes      no     no      yes     no
sca_django                     no     yes      no     no      yes     no
user_activity_django           no     yes      no     no      yes     no
api_security_django            no     no       no     no      ?       no
only_threat_protection         no     yes      no     no      no      no
threat_detection_generally     no     no       no     no      yes     no
support_level                  no     no       no     no      yes     no
framework                      no     yes      no     no      yes     no
tracer                         no     yes      yes    yes     yes     no
agent                          ?      ?        ?      ?       ?       ?
"""


def documented_for(ddtrace: str | None) -> dict[str, str]:
    """Read the verdict of each gated test from a target's column."""
    header, *rows = (line.split() for line in TABLE.strip().splitlines())
    column = header.index(ddtrace or "none") + 1
    return {row[0]: ANSWERS[row[column]] for row in rows}


def with_no_capability(ddtrace: str | None) -> dict[str, str]:
    """Give the same where the page documents no capability at all."""
    return {
        name: verdict if name in WITHOUT_CAPABILITY else "unsupported"
        for name, verdict in documented_for(ddtrace).items()
    }
