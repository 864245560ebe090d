"""Fit an algorithm and write its arrays into a file, without judging or deploying; alone, or as processes of torchrun.

1. read columns from a file, or the shop's preferences
2. fit; under torchrun each process takes its part of every batch
3. write the arrays, of which the processes have the same, once

torchrun --standalone --nproc-per-node=2 manage.py fit_network embedding_network --data rows.npz --out network.safetensors
"""

import json
import os
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
from django.core.management import BaseCommand, CommandError
from safetensors.numpy import save_file

from marketing.errors import AttuneError, InvalidInput
from marketing.management.commands.train import named_value
from recsys.algorithms import load_fit
from recsys.configuration import Configuration
from recsys.dataset import Interactions, encode
from recsys.interactions import read_preferences
from recsys.training import SCORER_PREFIX, with_unit_strengths

COLUMNS = ("users", "items", "values", "times")


@dataclass(frozen=True, eq=False)
class Read:
    interactions: Interactions
    item_ids: npt.NDArray[Any]


class Command(BaseCommand):
    help = "Fit an algorithm, alone or as one of several processes of torchrun, and write its arrays into a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("algorithm", help="name of a registered algorithm")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="safetensors")
        parser.add_argument(
            "--data",
            type=Path,
            metavar="FILE",
            help=".npz with users and items and, if known, values and times, instead of the shop's events",
        )
        parser.add_argument(
            "--set", action="append", default=[], metavar="NAME=VALUE", dest="params", help="a setting of the algorithm"
        )

    def handle(self, *, algorithm: str, out: Path, data: Path | None, params: list[str], **_options: Any) -> None:
        try:
            wanted = Configuration.of_run(
                {"algorithm": algorithm, "params": dict(named_value(text) for text in params)}
            )
            read = _columns(data) if data else _preferences(wanted)
            arrays = load_fit(algorithm)(with_unit_strengths(read.interactions), wanted.params, progress=self._say)
        except AttuneError as error:
            raise CommandError(str(error)) from error
        if _first_process():
            _write(arrays, read=read, wanted=wanted, out=out)
            self.stdout.write(f"Wrote {out}.")

    def _say(self, fraction: float, stage: str) -> None:
        if _first_process():
            self.stderr.write(f"{fraction:4.0%} {stage}")


def _first_process() -> bool:
    return os.environ.get("RANK", "0") == "0"


def _preferences(wanted: Configuration) -> Read:
    preferences = read_preferences(with_features=wanted.params.reads_features)
    return Read(preferences.interactions, preferences.item_ids)


def _columns(path: Path) -> Read:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            columns = {name: stored[name] for name in COLUMNS if name in stored}
    except (OSError, ValueError, EOFError, TypeError, BadZipFile) as error:  # TypeError: a lone array
        raise InvalidInput("data", f"{path} is not readable as an .npz of arrays: {error}") from error
    for name in COLUMNS[:2]:
        if name not in columns or columns[name].dtype.kind not in "iu":
            raise InvalidInput("data", f"{path} has no whole numbers named {name}; expected users and items")
    encoded = encode(**columns)
    return Read(encoded.interactions, encoded.items.ids)


def _write(arrays: Mapping[str, npt.NDArray[Any]], *, read: Read, wanted: Configuration, out: Path) -> None:
    """Whole or not at all, with what it was fitted by in the file's own header."""
    partial = out.with_name(f"{out.name}.partial")
    named = {f"{SCORER_PREFIX}{name}": array for name, array in arrays.items()}
    save_file({"item_ids": read.item_ids, **named}, partial, metadata=_header(wanted))
    partial.replace(out)


def _header(wanted: Configuration) -> dict[str, str]:
    config = wanted.as_run_config()
    return {"algorithm": config["algorithm"], "params": json.dumps(config["params"])}
