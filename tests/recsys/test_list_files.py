import csv
import io
import json

import pyarrow.parquet as pq
import pytest

from marketing.errors import InvalidInput
from marketing.formulas import unguard
from recsys.list_files import WRITERS, ListRow, writer_of

BLOCKS = [
    [ListRow("ada", 1, "tea", 'Tea, "green"', 0.5, "trending now"), ListRow("ada", 2, "=1+1", "@SUM(A1)", 0.25, "new")],
    [],
    [ListRow("-7", 1, "ø", "Smørrebrød\nto go", -1.5, "because you viewed Tea")],
]
ROWS = [row for block in BLOCKS for row in block]


def written(format_name, blocks=BLOCKS):
    return b"".join(writer_of(format_name)(iter(blocks)))


def test_csv_has_a_header_and_runs_no_formula():
    head, *lines = csv.reader(io.StringIO(written("csv").decode()))

    assert head == ["customer", "rank", "sku", "title", "score", "reason"]
    assert lines[1] == ["ada", "2", "'=1+1", "'@SUM(A1)", "0.25", "new"]
    # The number is one, though negative; the customer's id that looks like one is text.
    assert (lines[2][0], lines[2][4]) == ("'-7", "-1.5")
    read = [ListRow(unguard(c), int(rank), unguard(sku), unguard(t), float(score), unguard(why))
            for c, rank, sku, t, score, why in lines]  # fmt: skip
    assert read == ROWS


def test_json_lines_are_one_object_a_row():
    read = [ListRow(**json.loads(line)) for line in written("jsonl").splitlines()]

    assert read == ROWS


def test_parquet_has_typed_columns_and_a_row_group_a_block():
    file = pq.ParquetFile(io.BytesIO(written("parquet")))

    assert [str(field.type) for field in file.schema_arrow] == [
        "string",
        "int32",
        "string",
        "string",
        "double",
        "string",
    ]
    assert [ListRow(**row) for row in file.read().to_pylist()] == ROWS
    assert file.num_row_groups == len([block for block in BLOCKS if block])


@pytest.mark.parametrize("format_name", WRITERS)
def test_nobodys_lists_are_a_file_too(format_name):
    raw = written(format_name, blocks=[])

    expected = {"csv": b"customer,rank,sku,title,score,reason\n", "jsonl": b""}
    if format_name == "parquet":
        assert pq.read_table(io.BytesIO(raw)).num_rows == 0
    else:
        assert raw == expected[format_name]


@pytest.mark.parametrize("format_name", WRITERS)
def test_pieces_come_while_blocks_are_still_to_come(format_name):
    taken = []

    def blocks():
        for number in range(3):
            taken.append(number)
            yield ROWS

    pieces = writer_of(format_name)(blocks())
    while not taken:
        next(pieces)

    assert taken == [0]


@pytest.mark.parametrize("name", ["xlsx", "", "CSV"])
def test_an_unknown_format_is_refused_by_name(name):
    with pytest.raises(InvalidInput, match=r"^format: .*csv, jsonl, parquet"):
        writer_of(name)
