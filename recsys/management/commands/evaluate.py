"""Judge recommendation algorithms on rows held out, without training for serving.

1. read the shop's events, or a folder with MovieLens ratings
2. hold rows out, in each way that is asked for
3. fit and judge every algorithm, with a progress bar
4. print tables with intervals and segments, and save a row for each
"""

import json
from argparse import ArgumentParser, BooleanOptionalAction
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError
from tqdm import tqdm

from marketing.errors import AttuneError, InvalidInput
from marketing.management.commands.train import named_value
from recsys.algorithms import ALGORITHMS, config_class
from recsys.algorithms.configuration import check_whole
from recsys.configuration import Configuration
from recsys.dataset import Interactions
from recsys.holdout import HOLDOUTS, Holdout, check_way, hold_out_by
from recsys.interactions import read_preferences
from recsys.judging import SHOP_EVENTS, Contender, Result, Role, evaluations, judge, write_down
from recsys.models import Evaluation
from recsys.movielens import read_folder
from recsys.segments import SEGMENTS
from recsys.training import with_unit_strengths

USUAL_HOLDOUTS = ("time", "last_one_out")
LONGEST_LIST = 1_000


class Command(BaseCommand):
    help = "Judge recommendation algorithms on rows held out: metrics with intervals, also by segment."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--algorithm", action="append", metavar="NAME", dest="algorithms", help="may be repeated; all if left out"
        )
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            dest="params",
            help="a setting, for those of the algorithms that have it; may be repeated",
        )
        ways = ", ".join(f"{name} ({way.leak_label})" if way.leak_label else name for name, way in HOLDOUTS.items())
        parser.add_argument(
            "--holdout",
            action="append",
            metavar="WAY",
            dest="holdouts",
            help=f"{ways}; may be repeated; {' and '.join(USUAL_HOLDOUTS)} if left out",
        )
        parser.add_argument(
            "--data", type=Path, metavar="FOLDER", help="MovieLens ratings instead of the shop's events"
        )
        parser.add_argument(
            "--k", type=int, default=10, help="length of the lists; recall looks at twice as many (%(default)s)"
        )
        parser.add_argument("--save", action=BooleanOptionalAction, default=True, help="write rows for the admin")
        parser.add_argument("--json", action="store_true", help="print the rows as JSON instead of tables")

    def handle(self, **options: Any) -> None:
        try:
            check_whole("k", options["k"], low=1, high=LONGEST_LIST)
            configurations = configured(options["algorithms"] or list(ALGORITHMS), params=options["params"])
            ways = options["holdouts"] or USUAL_HOLDOUTS
            for way in ways:
                check_way(way)
            interactions, data = read(options["data"])
            parts = [hold_out_by(way, interactions=interactions) for way in ways]
        except AttuneError as error:
            raise CommandError(str(error)) from error
        told = []
        for holdout in parts:
            results = self.judge_all(configurations, holdout=holdout, k=options["k"])
            rows = self.rows(results, holdout=holdout, data=data, save=options["save"])
            told += [as_dict(row) for row in rows]
            if not options["json"]:
                self.tell(rows, holdout=holdout, data=data)
        if options["json"]:
            self.stdout.write(json.dumps(told, indent=2))
        elif options["save"]:
            self.stdout.write(f"Saved {len(told)} judgements; the admin shows them under Judgements.")

    def judge_all(self, configurations: Sequence[Configuration], *, holdout: Holdout, k: int) -> list[Result]:
        """Best first. What can't be judged is said and left out.

        Raises:
            CommandError: nothing could be judged.

        """
        results = []
        with tqdm(
            total=len(configurations), bar_format="{desc:<48.48} {bar} {n:.1f}/{total}", disable=None, leave=False
        ) as bar:
            for place, configuration in enumerate(configurations):

                def look(share: float, stage: str, place: int = place, label: str = configuration.label) -> None:
                    bar.set_description_str(f"{holdout.kind}: {label}: {stage}", refresh=False)
                    bar.update(place + share - bar.n)

                try:
                    results.append(judge(configuration, holdout=holdout, k=k, recall_k=2 * k, progress=look))
                except AttuneError as error:
                    bar.clear()
                    self.stderr.write(f"{configuration.label} is left out: {error}")
        if not results:
            raise CommandError("None of the algorithms could be judged.")
        return sorted(results, key=lambda result: -float(result.judgement.ndcg.mean()))

    def rows(self, results: Sequence[Result], *, holdout: Holdout, data: str, save: bool) -> list[Evaluation]:
        make = write_down if save else evaluations
        return make([Contender(result, Role.MANUAL) for result in results], holdout=holdout, data=data)

    def tell(self, rows: Sequence[Evaluation], *, holdout: Holdout, data: str) -> None:
        way = HOLDOUTS[holdout.kind]
        leaky = f" ({way.leak_label}: {way.leak})" if way.leak else ""
        self.stdout.write(f"\n{data}, {way.title}{leaky}\n{holdout.description}\n")
        metrics = list(rows[0].metrics)
        spread = [name for name in metrics if "low" in rows[0].metrics[name]]
        whole = [name for name in metrics if name not in spread]
        half = len(spread) // 2
        for names in (spread[:half], spread[half:]):
            self.table(names, [(row.label, [_interval(row.metrics[name]) for name in names]) for row in rows])
        costs = ["fit s", "score one ms"]
        self.table(
            [*whole, *costs],
            [
                (
                    row.label,
                    [*(_share(row.metrics[name]["mean"]) for name in whole), f"{row.fit_s:.2f}", f"{row.rank_ms:.2f}"],
                )
                for row in rows
            ],
        )
        there = [name for name in SEGMENTS if name in rows[0].segments]
        self.stdout.write(f"{spread[0]} by segment")
        self.table(
            [f"{name} ({rows[0].segments[name]['judged']:,})" for name in there],
            [(row.label, [_interval(row.segments[name]["metrics"][spread[0]]) for name in there]) for row in rows],
        )

    def table(self, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]) -> None:
        """Columns as wide as their longest text: names to the left, numbers to the right."""
        first = max(len(label) for label, _cells in rows)
        widths = [max(len(head), *(len(cells[place]) for _label, cells in rows)) for place, head in enumerate(heads)]
        for label, cells in [("", heads), *rows]:
            numbers = (f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
            self.stdout.write(f"  {label:<{first}}  {'  '.join(numbers)}".rstrip())
        self.stdout.write("")


def configured(algorithms: Sequence[str], *, params: Sequence[str]) -> list[Configuration]:
    """Each algorithm with those settings that it has.

    Raises:
        InvalidInput: an algorithm is not known, a setting is none of theirs, or a value is wrong.

    """
    settings = dict(named_value(text) for text in params)
    own = {name: set(config_class(name)().as_dict()) for name in algorithms}
    for setting in settings:
        if not any(setting in names for names in own.values()):
            raise InvalidInput(setting, f"is not a setting of {', '.join(own)}")
    return [
        Configuration.of_run(
            {"algorithm": name, "params": {key: value for key, value in settings.items() if key in names}}
        )
        for name, names in own.items()
    ]


def read(folder: Path | None) -> tuple[Interactions, str]:
    """What to learn from, and what it is called."""
    if folder is not None:
        return read_folder(folder), folder.resolve().name
    interactions = read_preferences(with_features=True).interactions
    if not len(interactions):
        raise InvalidInput("events", "none tells a preference yet; load events first, or name a folder with --data")
    return with_unit_strengths(interactions), SHOP_EVENTS


def as_dict(row: Evaluation) -> dict[str, Any]:
    names = ("label", "algorithm", "params", "holdout", "data", "judged", "metrics", "segments", "fit_s", "rank_ms")
    return {"judged_together": str(row.judged_together), **{name: getattr(row, name) for name in names}}


def _interval(told: dict[str, float]) -> str:
    return f"{_share(told['mean'])} ({_share(told['low'])}–{_share(told['high'])})"


def _share(value: float) -> str:
    return f"{value:.3f}"
