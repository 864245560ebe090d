"""Preferences and films straight out of a folder with MovieLens ratings, without loading them into the shop."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from marketing.errors import InvalidInput
from marketing.importers.movielens.layouts import Table, look_into
from marketing.importers.movielens.people_and_films import read_films
from marketing.services.catalogue import ItemIn
from marketing.text.vectors import vectors
from recsys.dataset import EncodedInteractions, Interactions, Vocabulary, encode
from recsys.item_features import ItemFeatures, Labels, Relations, as_labels

# Ratings from here on tell a preference.
LEAST_LIKED = 4.0
# Pairs without ratings and times, which all tell one.
PAIRS = "ratings.parquet"
PAIR_COLUMNS = ("userID", "movieID")


def read_folder(folder: Path) -> Interactions:
    """Read the preferences alone, as `read_encoded`."""
    return read_encoded(folder).interactions


def read_encoded(folder: Path) -> EncodedInteractions:
    """One preference of strength 1 for each liked row, in whichever of the importer's layouts the folder is, or pairs.

    Raises:
        InvalidInput: naming the folder without ratings, or the file that can't be read, lacks a column or a good row.

    """
    if (folder / PAIRS).is_file():
        return _pairs(folder / PAIRS)
    return _liked(look_into(folder).ratings)


def read_features(folder: Path, *, films: Vocabulary, space: str) -> ItemFeatures:
    """What the folder tells of `films`, in their order: title and genres as text in `space`; genre and decade as labels.

    Raises:
        InvalidInput: naming the folder when it tells nothing of films.

    """
    table = look_into(folder).items
    if table is None:
        raise InvalidInput("folder", f"no films in “{folder}”: a table of them beside the ratings expected")
    told = {film.sku: film for film in read_films(table)}
    known = [told.get(str(sku)) for sku in films.ids]
    texts = ["" if film is None else f"{film.title}. {', '.join(film.tags)}" for film in known]
    return ItemFeatures(
        vectors=vectors(texts, space=space),
        labels=_labels([() if film is None else _named(film) for film in known]),
        relations=Relations.none(),
    )


def _named(film: ItemIn) -> tuple[str, ...]:
    year = film.attributes.get("year")
    return (*film.tags, *([] if year is None else [f"{year // 10}0s"]))


def _labels(names: Sequence[tuple[str, ...]]) -> Labels:
    places = np.repeat(np.arange(len(names), dtype=np.int32), [len(own) for own in names])
    distinct, codes = np.unique([name for own in names for name in own], return_inverse=True)
    return as_labels(places, codes.astype(np.int32), shape=(len(names), len(distinct)))


def _pairs(path: Path) -> EncodedInteractions:
    from pyarrow import ArrowInvalid, parquet

    try:
        table = parquet.read_table(path)
    except ArrowInvalid as error:
        raise InvalidInput(path.name, f"is no parquet file: {error}") from error
    if missing := [name for name in PAIR_COLUMNS if name not in table.column_names]:
        raise InvalidInput(
            path.name, f"the column {' and '.join(missing)} expected, got {', '.join(table.column_names)}"
        )
    users, items = (_ids(table.column(name)) for name in PAIR_COLUMNS)
    return encode(users=users, items=items)


def _liked(ratings: Table) -> EncodedInteractions:
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
    return encode(users=columns["user"][liked], items=columns["item"][liked], times=columns["timestamp"][liked])


def _ids(column: Any) -> npt.NDArray[Any]:
    """Whole numbers also where the file has them as texts, as those of the other layouts are read."""
    from pyarrow import ArrowInvalid, int64

    try:
        return _array(column.cast(int64()))
    except ArrowInvalid:
        return _array(column)


def _array(column: Any) -> npt.NDArray[Any]:
    array: npt.NDArray[Any] = column.to_numpy()
    return array.astype(str) if array.dtype == object else array
