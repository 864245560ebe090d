"""A database of its own with real events, an artefact, and granian serving it on a free port; gone afterwards."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.datasets import data_set
from tests.benchmarks.installation import Installation, environment_of, free_port, own_database, server
from tests.benchmarks.report import CannotMeasure, Report

DATABASE = "attune_bench_serve"
SETTINGS = "tests.benchmarks.serving.settings"


@dataclass(frozen=True)
class Stage(Installation):
    """A running server, and the tokens of the customers who ask it."""

    tokens: list[str]


@contextmanager
def stage(report: Report) -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="attune-bench-") as folder, own_database(DATABASE) as database_url:
        environment = environment_of(Path(folder), database_url=database_url, namespace=DATABASE, settings=SETTINGS)
        built = Installation(port=free_port(), environment=environment)
        load_data(built, report, folder=folder)
        report.say("fitting and deploying EASE")
        prepared = json.loads(built.python("-m", "tests.benchmarks.serving.prepare").splitlines()[-1])
        report.say(f"{prepared['events']:,} events of {len(prepared['tokens']):,} customers")
        with server(built):
            yield Stage(port=built.port, tokens=prepared["tokens"], environment=environment)


def load_data(built: Installation, report: Report, *, folder: str) -> None:
    """MovieLens 100k where it is, else the sample shop."""
    built.python("manage.py", "migrate", "--verbosity", "0")
    try:
        films = data_set("ml-100k")
    except CannotMeasure as missing:
        report.say(f"loading the sample shop. {missing}")
        built.python("manage.py", "load_sample_shop")
    else:
        report.say("loading MovieLens 100k")
        rejects = f"{folder}/rejects.jsonl"
        built.python("manage.py", "import", "movielens", str(films), "--no-progress", "--rejects", rejects)
