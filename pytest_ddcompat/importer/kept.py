"""The notes beside a file that was made of a fetched page, by which the next import asks less.

They stand in a file of their own: matrices and declarations files keep their formats and digests,
and the digest of the made file shows whether somebody has edited it since.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from pytest_ddcompat.importer.remote import Validators
from pytest_ddcompat.values.files import read_limited

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SUFFIX", "Kept", "digest", "kept_of"]

SUFFIX = ".etag"
"""What the name of the file has after that of the file which was made."""

_LIMIT = 1024 * 1024  # bytes
_LARGEST_MADE = 256 * 1024 * 1024  # bytes; a matrix has no more than 16 MiB


class Kept(NamedTuple):
    """The notes of one import.

    Attributes:
        address: The address that was asked.
        options: What else the made file depends on: the command's options, and its version.
        page: Digest of the page.
        made: Digest of the file that was made of it.
        validators: What the server gave with the page.
    """

    address: str
    options: Mapping[str, object]
    page: str
    made: str
    validators: Validators

    def to_text(self) -> str:
        """Return the text of the file."""
        mapping = {**self._asdict(), **self.validators._asdict()}
        del mapping["validators"]
        return json.dumps(mapping, indent=2)


def digest(content: bytes) -> str:
    """Return the SHA-256 of some content."""
    return hashlib.sha256(content).hexdigest()


def kept_of(output: str, address: str, options: Mapping[str, object]) -> Kept | None:
    """Return what is kept beside a file, if another import would make the same file of the page.

    Args:
        output: The file.
        address: The address that is to be asked.
        options: What else the file depends on.

    Returns:
        None if nothing is kept, or of another address or other options, or if the file was edited
        or deleted since. Then the page must be fetched, whether it has changed or not.
    """
    with suppress(OSError, ValueError, RecursionError):
        told = json.loads(read_limited(output + SUFFIX, _LIMIT))
        made = digest(read_limited(output, _LARGEST_MADE))
        same = {"address": address, "options": dict(options), "made": made}
        if isinstance(told, dict) and same == {key: told.get(key) for key in same}:
            validators = Validators.of(told.get("etag"), told.get("last_modified"))
            return Kept(address, options, str(told.get("page")), made, validators)
    return None
