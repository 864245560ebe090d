import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from marketing.errors import InvalidInput
from marketing.text.vectors import vectors
from recsys.movielens import read_encoded, read_features, read_folder

HEAD = "userId,movieId,rating,timestamp"


def test_ratings_of_four_and_more_are_preferences_with_their_times(tmp_path):
    lines = [
        "user_id:token\titem_id:token\trating:float\ttimestamp:float",
        "7\t30\t4\t100",
        "7\t10\t3\t200",
        "5\t10\t5\t300",
    ]
    (tmp_path / "set.inter").write_text("\n".join(lines))

    interactions = read_folder(tmp_path)

    assert interactions.users.tolist() == [1, 0]
    assert interactions.items.tolist() == [1, 0]
    assert interactions.times.tolist() == [100, 300]
    assert (interactions.n_users, interactions.n_items) == (2, 2)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("u.data", "1\t2\t5\t100\n1\t3\t2\t200\n"),
        ("ratings.csv", "userId,movieId,rating,timestamp\n1,2,4.5,100\n1,3,3.5,200\n"),
        ("ratings.dat", "1::2::5::100\n1::3::2::200\n"),
        ("x.inter", "user_id\titem_id\trating\ttimestamp\nann\tlamp\t5\t100\nann\trug\t1\t200\n"),
    ],
)
def test_all_editions_are_read_alike(tmp_path, name, text):
    (tmp_path / name).write_text(text)

    interactions = read_folder(tmp_path)

    assert (len(interactions), interactions.times.tolist()) == (1, [100])


def test_pairs_without_ratings_and_times_are_all_preferences(tmp_path):
    parquet.write_table(pa.table({"userID": [1, 1, 2], "movieID": [5, 6, 5]}), tmp_path / "ratings.parquet")

    interactions = read_folder(tmp_path)

    assert len(interactions) == 3
    assert not interactions.times.any()


def test_the_published_set_is_read(data_folder):
    interactions = read_folder(data_folder("ml-100k"))

    # 55,375 of the 100,000 ratings are 4 or 5.
    assert len(interactions) == 55_375
    assert np.unique(interactions.users).size == 942


@pytest.mark.parametrize(
    ("files", "field", "said"),
    [
        ({}, "folder", "no ratings in"),
        ({"ratings.csv": "who,what\n1,2\n"}, "ratings.csv", "the column userId and movieId"),
        ({"ratings.csv": f"{HEAD}\n1,2,good,5\n"}, "ratings.csv", "the column rating holds"),
        ({"ratings.csv": f"{HEAD}\n1,2,3,100\n"}, "ratings.csv", "no rating is 4 or more"),
        ({"ratings.csv": f"{HEAD}\n1,2,3,100\n1,2\n"}, "ratings.csv", "can't be read as a table"),
        ({"ratings.csv": f"{HEAD}\n"}, "ratings.csv", "can't be read as a table"),
        ({"u.data": "1\t2\n"}, "u.data", "can't be read as a table"),
        ({"ratings.parquet": "no parquet"}, "ratings.parquet", "is no parquet file"),
    ],
)
def test_a_folder_that_can_not_be_used_is_refused_by_name(tmp_path, files, field, said):
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    with pytest.raises(InvalidInput, match=said) as refused:
        read_folder(tmp_path)

    assert refused.value.field == field


def test_pairs_without_their_columns_are_refused_by_name(tmp_path):
    parquet.write_table(pa.table({"userID": [1], "film": [5]}), tmp_path / "ratings.parquet")

    with pytest.raises(InvalidInput, match=r"^ratings.parquet: the column movieID expected, got userID, film"):
        read_folder(tmp_path)


def test_a_folder_that_is_not_there_is_refused_by_name(tmp_path):
    with pytest.raises(InvalidInput, match=r"^folder: a folder expected"):
        read_folder(tmp_path / "missing")


# -- What is told of films ---------------------------------------------------------------------------------------------

FILMS = [
    "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq",
    "30\tThe Long Night\t1964\tDrama War",
    "10\tMatinee, The\t1988\tComedy",
    "99\tNever Rated\t1999\tHorror",
]
RATINGS = [
    "user_id:token\titem_id:token\trating:float\ttimestamp:float",
    "7\t30\t4\t100",
    "7\t10\t5\t200",
    "5\t20\t5\t300",
]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "set.inter").write_text("\n".join(RATINGS))
    (tmp_path / "set.item").write_text("\n".join(FILMS))
    return tmp_path


def test_films_are_told_by_title_and_genres_and_labelled_by_genre_and_decade(folder):
    films = read_encoded(folder).items

    features = read_features(folder, films=films, space="multilingual")

    # In the order of the ids: 10, 20, which the table of films does not know, and 30. Labels in the order of their names:
    # 1960s, 1980s, Comedy, Drama, War.
    assert films.ids.tolist() == [10, 20, 30]
    assert features.labels.toarray().tolist() == [[0, 1, 1, 0, 0], [0, 0, 0, 0, 0], [1, 0, 0, 1, 1]]
    expected = vectors(["The Matinee. Comedy", "", "The Long Night. Drama, War"], space="multilingual")
    assert np.array_equal(features.vectors, expected)
    assert np.linalg.norm(features.vectors, axis=1) == pytest.approx([1, 0, 1], abs=1e-5)
    assert len(features.relations) == 0


def test_a_folder_without_films_tells_nothing_of_them(folder):
    (folder / "set.item").unlink()

    with pytest.raises(InvalidInput, match=r"^folder: no films in"):
        read_features(folder, films=read_encoded(folder).items, space="multilingual")


def test_lines_that_are_no_films_are_passed_over(folder):
    (folder / "set.item").write_text("\n".join([*FILMS[:2], "10\tcut off"]))

    features = read_features(folder, films=read_encoded(folder).items, space="multilingual")

    assert features.vectors.any(axis=1).tolist() == [False, False, True]


def test_the_published_set_tells_something_of_every_film(data_folder):
    folder = data_folder("ml-100k")
    films = read_encoded(folder).items

    features = read_features(folder, films=films, space="multilingual")

    # 1,447 of the 1,682 films have a rating of 4 or 5; there are 18 genres and 8 decades from the 1930s on, and one before.
    assert features.vectors.shape == (1_447, 512)
    assert features.labels.shape[0] == 1_447
    assert features.vectors.any(axis=1).all()
    assert (np.diff(features.labels.indptr) > 0).mean() > 0.99


def test_ids_that_are_whole_numbers_in_texts_are_numbers(tmp_path):
    parquet.write_table(pa.table({"userID": ["10", "9"], "movieID": ["x", "y"]}), tmp_path / "ratings.parquet")

    encoded = read_encoded(tmp_path)

    assert encoded.users.ids.tolist() == [9, 10]
    assert encoded.items.ids.tolist() == ["x", "y"]


def test_the_published_pairs_are_read(data_folder):
    interactions = read_folder(data_folder("ml-1m"))

    assert len(interactions) == 1_000_209
    assert (interactions.n_users, interactions.n_items) == (6_040, 3_706)
