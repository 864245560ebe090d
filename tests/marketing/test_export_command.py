import json

import pytest
from django.core.management import CommandError, call_command

from tests.factories import marketing as make

pytestmark = pytest.mark.django_db


def test_a_file_is_written_whole_and_its_rows_are_counted(tmp_path, ada, cy, capsys):
    path = tmp_path / "customers.jsonl"

    call_command("export", "customers", "-o", str(path))

    assert {json.loads(line)["externalId"] for line in path.read_text().splitlines()} == {"ada", "cy"}
    assert f"2 rows in {path}" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == [path]


def test_the_options_choose_format_and_rows(tmp_path, ada):
    for kind in ("view", "click"):
        make.EventFactory(identity=ada, kind=kind, event_id=kind)
    path = tmp_path / "out.txt"

    call_command("export", "events", "--format", "csv", "--kind", "click", "--source", "shop", "-o", str(path))

    header, row = path.read_text().splitlines()
    assert (header.split(",")[0], row.split(",")[0]) == ("id", "click")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--from", "soon", "--format", "csv"], "from: "),
        (["--source", "nowhere", "--format", "csv"], "source: "),
        (["--kind", "sneeze", "--format", "csv"], "kind: "),
        ([], "--format is missing"),
        (["-o", "events.xlsx"], "format: "),
    ],
)
def test_a_bad_option_is_named_and_nothing_written(tmp_path, monkeypatch, options, said):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(CommandError, match=said):
        call_command("export", "events", *options)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told_in_words(tmp_path):
    with pytest.raises(CommandError, match="nowhere"):
        call_command("export", "items", "-o", str(tmp_path / "nowhere" / "items.csv"))
