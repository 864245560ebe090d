"""Data sets and exports of other systems. A format is one file or folder here and one line in IMPORTERS."""

from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from marketing.errors import NotFound
from marketing.importers.job import Job
from marketing.importers.report import ImportReport

# Name on the command line → dotted path of an Importer.
IMPORTERS = {
    "csv": "marketing.importers.delimited.import_delimited",
    "jsonl": "marketing.importers.jsonl.import_jsonl",
    "movielens": "marketing.importers.movielens.load.import_movielens",
    "parquet": "marketing.importers.parquet.import_parquet",
    "retailrocket": "marketing.importers.retailrocket.import_retailrocket",
    "segment": "marketing.importers.segment.import_segment",
    "shopify": "marketing.importers.shopify.import_shopify",
    "social": "marketing.importers.social.import_social",
}


class Importer(Protocol):
    def __call__(self, path: Path, *, job: Job) -> ImportReport:
        """Store what the file or folder holds and nothing twice, however often it is called.

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
