"""Every layout and every way in which a file can be bad, through the command that people type."""

import json
import time

import pytest
from django.core.management import CommandError, call_command

from marketing.models import Customer, Event, Item, QuarantinedEvent, Source
from tests.factories.marketing import CustomerFactory, SourceFactory

pytestmark = pytest.mark.django_db

HEADER = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
RATINGS = "196\t242\t3\t881250949\n186\t302\t4\t891717742\n"


@pytest.fixture
def run(tmp_path, capsys):
    """Import a folder of these files (name → text or bytes); what was printed, and the rejected rows."""

    def run(**files):
        folder = tmp_path / "data"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            (folder / name.replace("__", ".")).write_bytes(data)
        rejects = tmp_path / "rejects.jsonl"
        rejects.unlink(missing_ok=True)
        call_command("import", "movielens", str(folder), rejects=rejects, no_progress=True)
        rows = [json.loads(line) for line in rejects.read_text().splitlines()] if rejects.exists() else []
        return capsys.readouterr().out, rows

    return run


def ratings():
    return set(Event.objects.values_list("identity__value", "item__sku", "value"))


def test_recbole_files_become_items_customers_and_events(run):
    said, rejected = run(
        ml__inter=HEADER + RATINGS,
        ml__item="item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
        "242\tKolya\t1996\tComedy Drama\n302\tMisérables, Les\t1995\tDrama\n",
        ml__user="user_id:token\tage:token\tgender:token\toccupation:token\tzip_code:token\n"
        "196\t49\tM\twriter\t55105\n186\t39\tF\texecutive\t00000\n",
    )

    film, person = Item.objects.get(sku="242"), Customer.objects.get(external_id="196")
    assert "events: 2 new, 0 already stored" in said
    assert rejected == []
    assert ratings() == {("196", "242", 3.0), ("186", "302", 4.0)}
    assert (film.title, film.tags, film.category.name, film.attributes) == (
        "Kolya",
        ["Comedy", "Drama"],
        "Comedy",
        {"year": 1996},
    )
    assert person.attributes == {"age": 49, "gender": "M", "occupation": "writer"}
    assert Event.objects.get(value=3).kind == "rating"
    assert Event.objects.get(value=3).occurred_at.isoformat() == "1997-12-04T15:55:49+00:00"


def test_u_data_has_latin_titles_and_flags_for_genres(run):
    flags = "|".join("1" if place in (5, 8) else "0" for place in range(19))  # Comedy and Drama

    run(
        u__data=RATINGS,
        u__item=f"242|Kolya, l'été (1996)|24-Jan-1997||http://example.com/|{flags}\n".encode("latin-1"),
        u__user="196|49|M|writer|55105\n",
    )

    film = Item.objects.get(sku="242")
    assert (film.title, film.tags, film.attributes) == ("Kolya, l'été", ["Comedy", "Drama"], {"year": 1996})
    assert Customer.objects.get(external_id="196").attributes["occupation"] == "writer"
    assert ratings() == {("196", "242", 3.0), ("186", "302", 4.0)}


def test_ratings_dat_is_parted_by_double_colons(run):
    run(
        ratings__dat="1::1193::5::978300760\n1::661::3::978302109\n",
        movies__dat="1193::One Flew Over the Cuckoo's Nest (1975)::Drama\n661::James and the Giant Peach (1996)::"
        "Animation|Children's|Musical\n",
        users__dat="1::F::1::10::48067\n",
    )

    assert ratings() == {("1", "1193", 5.0), ("1", "661", 3.0)}
    assert Item.objects.get(sku="661").tags == ["Animation", "Children's", "Musical"]
    assert Customer.objects.get().attributes == {"age": 1, "gender": "F", "occupation": "10"}


def test_ratings_csv_has_half_stars_and_quoted_titles(run):
    run(
        ratings__csv="userId,movieId,rating,timestamp\n1,11,0.5,1147880044\n1,29,4.5,1147868817\n",
        movies__csv="movieId,title,genres\n"
        '11,"American President, The (1995)",Comedy|Drama|Romance\n29,"Say ""Hi"" (2001)",(no genres listed)\n',
    )

    assert ratings() == {("1", "11", 0.5), ("1", "29", 4.5)}
    assert Item.objects.get(sku="11").title == "The American President"
    assert (Item.objects.get(sku="29").title, Item.objects.get(sku="29").tags) == ('Say "Hi"', [])


def test_a_second_import_stores_nothing_and_says_so(run):
    files = {"ml__inter": HEADER + RATINGS, "ml__item": "item_id:token\tmovie_title:token_seq\n242\tKolya\n"}
    run(**files)

    said, rejected = run(**files)

    assert "items: 1 unchanged" in said
    assert "events: 0 new, 2 already stored" in said
    assert rejected == []
    assert Event.objects.count() == 2


def test_an_import_that_grew_stores_what_is_new(run):
    run(ml__inter=HEADER + RATINGS)

    said, _rejected = run(ml__inter=HEADER + RATINGS + "5\t242\t1\t891717743\n")

    assert "events: 1 new, 2 already stored" in said


def test_the_same_ratings_in_another_layout_are_the_same_events(run, tmp_path):
    run(ml__inter=HEADER + RATINGS)
    (tmp_path / "data" / "ml.inter").unlink()

    said, _rejected = run(u__data=RATINGS)

    assert "events: 0 new, 2 already stored" in said


def test_bom_and_windows_line_ends_are_no_part_of_the_data(run):
    said, rejected = run(ml__inter=b"\xef\xbb\xbf" + (HEADER + RATINGS).replace("\n", "\r\n").encode())

    assert "events: 2 new" in said
    assert rejected == []
    assert ratings() == {("196", "242", 3.0), ("186", "302", 4.0)}


def test_columns_are_found_by_their_titles_in_any_order(run):
    run(ml__inter="timestamp:float\trating:float\tx:token\titem_id:token\tuser_id:token\n881250949\t3\t-\t242\t196\n")

    assert ratings() == {("196", "242", 3.0)}


def test_ids_far_apart_stand_side_by_side_and_items_only_rated_are_titled_by_their_id(run):
    said, _rejected = run(u__data="5\t1000000007\t3\t881250949\n1000000007\t5\t4\t881250949\n")

    assert ratings() == {("5", "1000000007", 3.0), ("1000000007", "5", 4.0)}
    assert "items that only events name: 2" in said
    assert Item.objects.get(sku="5").title == "5"


def test_one_instant_in_seconds_milliseconds_and_as_a_float_is_one_rating(run):
    said, rejected = run(
        u__data="5\t7\t3\t881250949\n5\t7\t3\t881250949000\n5\t7\t3\t881250949.0\n5\t7\t3\t8.81250949e8\n"
    )

    assert "events: 1 new, 3 already stored" in said
    assert rejected == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1\t2\tnan\t881250949", "rating: a finite number from 0.5 to 5 expected"),
        ("1\t2\tNaN\t881250949", "rating: a finite number from 0.5 to 5 expected"),
        ("1\t2\tinf\t881250949", "rating: a finite number from 0.5 to 5 expected"),
        ("1\t2\t-Infinity\t881250949", "rating: a finite number from 0.5 to 5 expected"),
        ("1\t2\t0\t881250949", "rating: a finite number from 0.5 to 5 expected"),
        ("1\t2\t5.5\t881250949", "rating: a finite number from 0.5 to 5 expected"),
        ("1\t2\t1e999\t881250949", "rating: a finite number from 0.5 to 5 expected"),
        ("1\t2\t\t881250949", "rating: a finite number from 0.5 to 5 expected"),
        ("\t2\t3\t881250949", "user: an id of 1 to 128 characters expected"),
        ("1\t \t3\t881250949", "item: an id of 1 to 128 characters expected"),
        ("x" * 129 + "\t2\t3\t881250949", "user: an id of 1 to 128 characters expected"),
        ("1\x1f\t2\t3\t881250949", "user: an id of 1 to 128 characters expected"),
        ("1\t2\t3\tyesterday", "timestamp: seconds or milliseconds since 1970 expected"),
        ("1\t2\t3\t-5", "timestamp: seconds or milliseconds since 1970 expected"),
        ("1\t2\t3\t99999999999", "timestamp: the past expected, got a time more than a day ahead"),
        ("1\t2\t3\t9e99", "timestamp: the past expected, got a time more than a day ahead"),
        ("1\t2\t3", "too few columns"),
        ("only this", "too few columns"),
        (b"1\xff\t2\t3\t881250949", "broken UTF-8 or a NUL byte"),
        (b"1\0\t2\t3\t881250949", "broken UTF-8 or a NUL byte"),
    ],
)
def test_a_bad_line_is_rejected_with_its_number_and_reason_while_the_others_are_stored(run, line, reason):
    raw = line if isinstance(line, bytes) else line.encode()
    good = RATINGS.encode().splitlines(keepends=True)

    said, rejected = run(ml__inter=HEADER.encode() + good[0] + b"\n" + raw + b"\n" + good[1])

    assert [(row["file"], row["line"], row["reason"]) for row in rejected] == [("ml.inter", 4, reason)]
    assert "events: 2 new" in said
    assert f"1 × ml.inter: {reason}" in said


def test_the_rejected_text_is_kept_as_it_was(run):
    _said, rejected = run(u__data=RATINGS + "a\\b\t'2\"\tx\t1\n")

    assert rejected[0]["text"] == "a\\b\t'2\"\tx\t1"


def test_a_time_a_day_ahead_is_rejected_and_one_of_an_hour_is_not(run):
    now = int(time.time())

    said, rejected = run(u__data=f"1\t2\t3\t{now + 3600}\n1\t3\t3\t{now + 90_000}\n")

    assert "events: 1 new" in said
    assert rejected[0]["line"] == 2


@pytest.mark.parametrize("last", ["7\t8\t3", "7\t8\t3\t8812509", "7\t8", "7"])
def test_a_last_line_that_is_cut_off_is_rejected(run, last):
    said, rejected = run(u__data=RATINGS + last)

    assert "events: 2 new" in said
    assert [row["line"] for row in rejected] == [3]
    assert rejected[0]["reason"] in (
        "too few columns",
        "the file is cut off here: the timestamp is shorter than all others",
    )


def test_a_last_line_without_its_end_counts_when_it_is_whole(run):
    said, rejected = run(u__data=RATINGS.rstrip("\n"))

    assert "events: 2 new" in said
    assert rejected == []


def test_two_ratings_of_one_moment_that_differ_are_a_conflict_and_the_first_counts(run):
    said, rejected = run(u__data="1\t2\t3\t881250949\n1\t2\t4\t881250949\n1\t2\t3\t881250949\n")

    assert ratings() == {("1", "2", 3.0)}
    assert "events: 1 new, 1 already stored" in said
    assert rejected[0]["line"] == 2
    assert "another one of the same user, item and time" in rejected[0]["reason"]


def test_a_bad_film_is_rejected_with_its_line_while_the_others_are_stored(run):
    films = b"item_id:token\tmovie_title:token_seq\n1\tGood\n2\tBr\xff ken\n3\n4\t" + b"x" * 301 + b"\n"

    said, rejected = run(ml__inter=HEADER + RATINGS, ml__item=films)

    assert "items: 1 created, 1 refused" in said
    assert [(row["line"], row["reason"]) for row in rejected] == [
        (3, "broken UTF-8"),
        (4, "too few columns"),
        (5, "title: at most 300 characters expected, got 301"),
    ]


def test_a_file_of_many_blocks_is_numbered_through(run, monkeypatch):
    from marketing.importers import lines

    monkeypatch.setattr(lines.blocks, "__kwdefaults__", {"size": 64})
    body = "".join(f"{n}\t{n % 7}\t3\t{881250949 + n}\n" for n in range(100))

    said, rejected = run(ml__inter=HEADER + body + "bad\n" + RATINGS)

    assert "events: 102 new" in said
    assert [row["line"] for row in rejected] == [102]  # the header, a hundred lines, this one


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, r"no ratings in .*: one of \*.inter, u.data, ratings.dat, ratings.csv expected"),
        ({"notes__txt": "x"}, r"one of \*.inter, u.data, ratings.dat, ratings.csv expected"),
        ({"u__data": ""}, "u.data: .* got an empty file"),
        ({"a__inter": HEADER, "b__inter": HEADER}, r"one \*.inter expected, got a.inter, b.inter"),
        (
            {"ml__inter": "user_id:token\titem_id:token\trating:float\n1\t2\t3\n"},
            "ml.inter: the column timestamp expected, got user_id, item_id, rating",
        ),
        (
            {"ratings__csv": "user,item\n1,2\n"},
            "ratings.csv: the column userId and movieId and rating and timestamp expected, got user, item",
        ),
        ({"ml__inter": HEADER + RATINGS, "ml__item": "item_id:token\n1\n"}, "ml.item: the column movie_title expected"),
    ],
)
def test_a_folder_that_cannot_be_read_is_refused_by_name_and_nothing_is_stored(run, files, message):
    with pytest.raises(CommandError, match=message):
        run(**files)

    assert not Event.objects.exists()


def test_what_is_no_folder_is_refused(tmp_path):
    with pytest.raises(CommandError, match="a folder expected"):
        call_command("import", "movielens", str(tmp_path / "missing"), no_progress=True)


def test_a_set_without_ratings_is_an_empty_set(run):
    said, rejected = run(ml__inter=HEADER)

    assert "events: 0 new, 0 already stored" in said
    assert rejected == []


def test_the_real_set_is_imported_whole(run, data_folder, capsys):
    folder = data_folder("ml-100k")

    call_command("import", "movielens", str(folder), no_progress=True)

    said = capsys.readouterr().out
    assert "items: 1,682 created" in said
    assert "customers: 943 created" in said
    assert "events: 100,000 new, 0 already stored" in said
    assert "rejected" not in said


@pytest.mark.parametrize("policy", [Source.Unknown.REFUSE, Source.Unknown.QUARANTINE])
def test_ratings_of_people_whom_nobody_knows_become_what_the_source_says(run, policy):
    source = SourceFactory(code="movielens", unknown_customers=policy)
    CustomerFactory(external_id="196", source=source)

    said, rejected = run(u__data=RATINGS)

    refused = policy == Source.Unknown.REFUSE
    assert ratings() == {("196", "242", 3.0)}
    assert [(row["line"], row["reason"]) for row in rejected] == (
        [(2, "user: no customer has this id")] if refused else []
    )
    assert QuarantinedEvent.objects.filter(field="customer", raw__customer="186").count() == (0 if refused else 1)
    assert ("in quarantine: 1 events" in said) is not refused
