"""The files that ratings come in, and which column of them says what."""

import csv
from dataclasses import dataclass
from pathlib import Path

from marketing.errors import InvalidInput
from marketing.importers.lines import first_line

GENRES = (
    "unknown",
    "Action",
    "Adventure",
    "Animation",
    "Children's",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Fantasy",
    "Film-Noir",
    "Horror",
    "Musical",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Thriller",
    "War",
    "Western",
)  # fmt: skip - the flags of u.item, in its order


@dataclass(frozen=True)
class TableFormat:
    """How a table is written. `columns` maps what we call a column to what its header does, or to its place."""

    separator: str
    columns: dict[str, str | int]
    optional: frozenset[str] = frozenset()
    quoted: bool = False  # CSV quoting
    latin: bool = False  # lines that are no UTF-8 are Latin-1
    list_separator: str = "|"

    @property
    def has_header(self) -> bool:
        return any(isinstance(place, str) for place in self.columns.values())


@dataclass(frozen=True)
class Table:
    """A file of a folder: `places` says at which position (from 0) each column stands."""

    path: Path
    format: TableFormat
    places: dict[str, int]
    width: int  # columns that each line must have


@dataclass(frozen=True)
class Layout:
    name: str
    ratings: str  # a pattern of the file's name, as are the next two
    items: str
    users: str
    ratings_format: TableFormat
    items_format: TableFormat
    users_format: TableFormat | None


@dataclass(frozen=True)
class Folder:
    layout: str
    ratings: Table
    items: Table | None
    users: Table | None


RATING = ("user", "item", "rating", "timestamp")
IN_ORDER: dict[str, str | int] = {name: place for place, name in enumerate(RATING)}
FLAGS: dict[str, str | int] = {genre: 5 + place for place, genre in enumerate(GENRES)}

LAYOUTS = (
    Layout(
        "RecBole atomic files",
        "*.inter",
        "{stem}.item",
        "{stem}.user",
        TableFormat("\t", {"user": "user_id", "item": "item_id", "rating": "rating", "timestamp": "timestamp"}),
        TableFormat(
            "\t",
            {"item": "item_id", "title": "movie_title", "year": "release_year", "genres": "class"},
            optional=frozenset({"year", "genres"}),
            list_separator=" ",
        ),
        TableFormat(
            "\t",
            {"user": "user_id", "age": "age", "gender": "gender", "occupation": "occupation"},
            optional=frozenset({"age", "gender", "occupation"}),
        ),
    ),
    Layout(
        "GroupLens u.data",
        "u.data",
        "u.item",
        "u.user",
        TableFormat("\t", IN_ORDER),
        TableFormat("|", {"item": 0, "title": 1, **FLAGS}, latin=True),
        TableFormat("|", {"user": 0, "age": 1, "gender": 2, "occupation": 3}),
    ),
    Layout(
        "GroupLens ratings.dat",
        "ratings.dat",
        "movies.dat",
        "users.dat",
        TableFormat("::", IN_ORDER),
        TableFormat("::", {"item": 0, "title": 1, "genres": 2}, latin=True),
        TableFormat("::", {"user": 0, "gender": 1, "age": 2, "occupation": 3}),
    ),
    Layout(
        "GroupLens ratings.csv",
        "ratings.csv",
        "movies.csv",
        "",
        TableFormat(",", {"user": "userId", "item": "movieId", "rating": "rating", "timestamp": "timestamp"}),
        TableFormat(
            ",", {"item": "movieId", "title": "title", "genres": "genres"}, optional=frozenset({"genres"}), quoted=True
        ),
        None,
    ),
)  # fmt: skip - a layout reads as one paragraph


def look_into(folder: Path) -> Folder:
    """Which layout the folder has, and where its columns are.

    Raises:
        InvalidInput: naming the folder when it holds no ratings, or the file that is empty or lacks a column.

    """
    if not folder.is_dir():
        raise InvalidInput("folder", f"a folder expected, got “{folder}”")
    for layout in LAYOUTS:
        found = sorted(folder.glob(layout.ratings))
        if len(found) > 1:
            raise InvalidInput("folder", f"one {layout.ratings} expected, got {', '.join(path.name for path in found)}")
        if found:
            return _folder(layout, found[0])
    looked_for = ", ".join(layout.ratings for layout in LAYOUTS)
    raise InvalidInput("folder", f"no ratings in “{folder}”: one of {looked_for} expected")


def _folder(layout: Layout, ratings: Path) -> Folder:
    def beside(pattern: str, table_format: TableFormat | None) -> Table | None:
        path = ratings.with_name(pattern.format(stem=ratings.stem)) if pattern else ratings
        return _table(path, table_format) if table_format and path.is_file() else None

    return Folder(
        layout.name,
        _table(ratings, layout.ratings_format),
        beside(layout.items, layout.items_format),
        beside(layout.users, layout.users_format),
    )


def _table(path: Path, table_format: TableFormat) -> Table:
    line = first_line(path)
    if not line:
        raise InvalidInput(path.name, "a table of text expected, got an empty file or first line")
    columns = table_format.columns
    if not table_format.has_header:
        places = {name: place for name, place in columns.items() if isinstance(place, int)}
        return Table(path, table_format, places, max(places.values()) + 1)
    header = _header(line, table_format)
    places = {name: header.index(str(title)) for name, title in columns.items() if title in header}
    if missing := [str(title) for name, title in columns.items() if name not in {*places, *table_format.optional}]:
        raise InvalidInput(path.name, f"the column {' and '.join(missing)} expected, got {', '.join(header)}")
    return Table(path, table_format, places, len(header))


def _header(line: bytes, table_format: TableFormat) -> list[str]:
    """The titles; RecBole's have a type behind a colon."""
    text = line.decode("utf-8", errors="replace").replace("\0", "")
    titles = next(csv.reader([text])) if table_format.separator == "," else text.split(table_format.separator)
    return [title.partition(":")[0].strip() for title in titles]
