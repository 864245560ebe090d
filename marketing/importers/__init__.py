"""Data sets and exports of other systems. A format is one file or folder here and one line in IMPORTERS."""

from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from marketing.errors import NotFound
from marketing.importers.report import ImportReport, Progress, Rejects

# Name on the command line → dotted path of an Importer.
IMPORTERS = {"movielens": "marketing.importers.movielens.load.import_movielens"}


class Importer(Protocol):
    def __call__(self, folder: Path, *, rejects: Rejects, progress: Progress) -> ImportReport:
        """Store what the folder holds and nothing twice, however often it is called.

        Raises:
            InvalidInput: naming the file or folder that can't be read as this format.

        """


def load_importer(name: str) -> Importer:
    """The importer of this format.

    Raises:
        NotFound: there is none of this name.

    """
    if name not in IMPORTERS:
        raise NotFound(f"format: one of {', '.join(IMPORTERS)} expected, got “{name}”")
    module, _dot, attribute = IMPORTERS[name].rpartition(".")
    return cast("Importer", getattr(import_module(module), attribute))
