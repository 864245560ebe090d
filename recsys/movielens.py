"""Preferences straight out of a folder with MovieLens ratings, without loading them into the shop."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from marketing.errors import InvalidInput
from marketing.importers.movielens.layouts import Table, look_into
from recsys.dataset import Interactions, encode

# Ratings from here on tell a preference.
LEAST_LIKED = 4.0
# Pairs without ratings and times, which all tell one.
PAIRS = "ratings.parquet"
PAIR_COLUMNS = ("userID", "movieID")


def read_folder(folder: Path) -> Interactions:
    """One preference of strength 1 for each liked row, in whichever of the importer's layouts the folder is, or pairs.

    Raises:
        InvalidInput: naming the folder without ratings, or the file that can't be read, lacks a column or a good row.

    """
    if (folder / PAIRS).is_file():
        return _pairs(folder / PAIRS)
    return _liked(look_into(folder).ratings)


def _pairs(path: Path) -> Interactions:
    from pyarrow import ArrowInvalid, parquet

    try:
        table = parquet.read_table(path)
    except ArrowInvalid as error:
        raise InvalidInput(path.name, f"is no parquet file: {error}") from error
    if missing := [name for name in PAIR_COLUMNS if name not in table.column_names]:
        raise InvalidInput(
            path.name, f"the column {' and '.join(missing)} expected, got {', '.join(table.column_names)}"
        )
    users, items = (_array(table.column(name)) for name in PAIR_COLUMNS)
    return encode(users=users, items=items).interactions


def _liked(ratings: Table) -> Interactions:
    from pyarrow import ArrowInvalid, csv

    text, separator = ratings.path.read_bytes(), ratings.format.separator
    if len(separator) > 1:
        text, separator = text.replace(separator.encode(), b"\t"), "\t"
    try:
        table = csv.read_csv(
            BytesIO(text),
            read_options=csv.ReadOptions(
                autogenerate_column_names=True, skip_rows=1 if ratings.format.has_header else 0
            ),
            parse_options=csv.ParseOptions(delimiter=separator),
        )
        columns = {name: _array(table.column(place)) for name, place in ratings.places.items()}
    except (ArrowInvalid, IndexError) as error:
        raise InvalidInput(ratings.path.name, f"can't be read as a table: {error}") from error
    for name in ("rating", "timestamp"):
        if columns[name].dtype.kind not in "iuf" or not np.isfinite(columns[name]).all():
            raise InvalidInput(ratings.path.name, f"the column {name} holds {columns[name].dtype}; expected numbers")
    liked = columns["rating"] >= LEAST_LIKED
    if not liked.any():
        raise InvalidInput(ratings.path.name, f"no rating is {LEAST_LIKED:g} or more")
    return encode(
        users=columns["user"][liked], items=columns["item"][liked], times=columns["timestamp"][liked]
    ).interactions


def _array(column: Any) -> npt.NDArray[Any]:
    array: npt.NDArray[Any] = column.to_numpy()
    return array.astype(str) if array.dtype == object else array
