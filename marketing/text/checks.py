"""What `manage.py check` says about the packages with models in them; with `--deploy` every byte of theirs is read."""

import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

HINT = "Run `make install`: it installs what models.lock pins."
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s\\]+)", re.MULTILINE)


@register("packages")
def check_versions(**_: Any) -> list[CheckMessage]:
    """Each pinned package is installed, in the pinned version."""
    problems: list[CheckMessage] = []
    for package, version in pinned().items():
        try:
            installed = metadata.version(package)
        except metadata.PackageNotFoundError:
            problems.append(Error(f"{package} is not installed.", hint=HINT, id="attune.E001"))
            continue
        if installed != version:
            message = f"{package} is installed in version {installed}; models.lock pins {version}."
            problems.append(Error(message, hint=HINT, id="attune.E002"))
    return problems


@register("packages", deploy=True)
def check_files(**_: Any) -> list[CheckMessage]:
    """The files of the pinned packages are those that were installed."""
    return [
        Error(f"{package}: {path} differs from what was installed.", hint=HINT, id="attune.E003")
        for package in pinned()
        for path in changed_files(package)
    ]


def pinned() -> Mapping[str, str]:
    """Package → version, from models.lock."""
    return dict(PINNED.findall((Path(settings.BASE_DIR) / "models.lock").read_text()))


def changed_files(package: str) -> list[str]:
    """Files whose SHA-256 is not the one that was noted when the package was installed; none where it is missing."""
    try:
        files = metadata.distribution(package).files or []
    except metadata.PackageNotFoundError:
        return []
    return [str(file) for file in files if file.hash and _digest(Path(str(file.locate()))) != file.hash.value]


def _digest(path: Path) -> str:
    """As wheels note it: base64 for URLs, without the padding (PEP 376)."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        digest = sha256()
        while block := file.read(1024 * 1024):
            digest.update(block)
    return urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
