"""What holds for every format of IMPORTERS, through the command that people type."""

import json
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from marketing.errors import Conflict
from marketing.importers import IMPORTERS, load_importer
from marketing.importers.job import Job, Options
from marketing.importers.report import Rejects
from marketing.models import Event, EventKey, ImportRun, Item, Source
from marketing.services.imports import begin_import
from tests.conformance.importable import SAMPLES
from tests.factories.marketing import ItemFactory, SourceFactory
from tests.waiting import wait_until

TEXT = sorted(IMPORTERS.keys() - {"parquet"})


@pytest.fixture
def things(db):
    """The items that the samples are about."""
    source = SourceFactory(code="shop")
    return [ItemFactory(sku=f"sku-{n}", source=source) for n in range(5)]


@pytest.fixture
def run(tmp_path, capsys):
    """Import a sample; what was printed, and the rejected rows."""

    def run(name, sample, **options):
        rejects = tmp_path / "rejects.jsonl"
        call_command("import", name, str(sample.path), rejects=rejects, no_progress=True, **sample.options, **options)
        rows = [json.loads(line) for line in rejects.read_text().splitlines()] if rejects.exists() else []
        return capsys.readouterr().out, rows

    return run


def stored():
    """Every event, by all that it says."""
    return sorted(
        Event.objects.values_list(
            "source__code", "event_id", "kind", "occurred_at", "item__sku", "identity__value", "value"
        ).order_by("pk"),
        key=str,
    )


def insert_line(path, number, line):
    """Put a line of bytes before the line of this number, from 1."""
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[: number - 1], line + b"\n", *lines[number - 1 :]]))


class Counted:
    """A bar that only counts."""

    total = done = 0

    def start(self, total):
        self.total = total

    def advance(self, amount):
        assert amount >= 0
        self.done += amount


def import_with(progress, name, sample):
    """Import a sample without the command."""
    source, rejects = Source.objects.get(code="shop"), sample.path.with_name("rejects.jsonl")
    begun = begin_import(format_name=name, path=sample.path, source=source, options="", rejects=rejects)
    with Rejects(rejects) as opened:
        job = Job(source=source, run=begun, options=Options(), rejects=opened, progress=progress)
        return load_importer(name)(sample.path, job=job)


@pytest.mark.parametrize("name", sorted(IMPORTERS))
def test_every_event_of_a_file_is_stored(name, run, things, tmp_path):
    sample = SAMPLES[name](tmp_path, 30)

    _said, rejected = run(name, sample)

    assert rejected == []
    assert Event.objects.count() == sample.events
    assert set(Event.objects.values_list("source__code", flat=True)) == {name}


@pytest.mark.parametrize("name", sorted(IMPORTERS))
def test_a_second_import_stores_nothing(name, run, things, tmp_path):
    sample = SAMPLES[name](tmp_path, 30)
    run(name, sample)
    before = stored()

    _said, rejected = run(name, sample)

    assert rejected == []
    assert stored() == before
    assert EventKey.objects.count() == len(before)
    assert [each.status for each in ImportRun.objects.all()] == ["done", "done"]


@pytest.mark.parametrize("name", sorted(IMPORTERS))
def test_small_blocks_store_the_same_rows_as_large_ones(name, run, things, tmp_path, settings):
    sample = SAMPLES[name](tmp_path, 30)
    settings.IMPORT_BLOCK_ROWS = 7
    run(name, sample)
    before = stored()

    _said, _rejected = run(name, sample)

    assert stored() == before
    assert len(before) == 30


@pytest.mark.parametrize("name", TEXT)
def test_a_line_that_is_no_utf_8_is_rejected_with_its_number_and_reason(name, run, things, tmp_path):
    sample = SAMPLES[name](tmp_path, 30)
    insert_line(sample.file, 12, "ada;\u00c9milie".encode("mac_roman"))  # 0x83 starts nothing in UTF-8

    _said, rejected = run(name, sample)

    assert [row["line"] for row in rejected] == [12]
    assert "UTF-8" in rejected[0]["reason"]
    assert Event.objects.count() == 30


@pytest.mark.parametrize("name", sorted(set(TEXT) - {"movielens"}))
def test_the_reason_says_which_byte_is_no_utf_8(name, run, things, tmp_path):
    sample = SAMPLES[name](tmp_path, 30)
    before = len(b"".join(sample.file.read_bytes().splitlines(keepends=True)[:11]))
    insert_line(sample.file, 12, b"ada \x83")

    _said, rejected = run(name, sample)

    assert f"byte 0x83 at 5 of the line, {before + 5} of the file" in rejected[0]["reason"]
    assert "--encoding" in rejected[0]["reason"]


@pytest.mark.parametrize("name", TEXT)
def test_a_byte_order_mark_and_windows_line_ends_are_no_part_of_the_data(name, run, things, tmp_path):
    sample = SAMPLES[name](tmp_path, 30)
    sample.file.write_bytes(b"\xef\xbb\xbf" + sample.file.read_bytes().replace(b"\n", b"\r\n"))

    _said, rejected = run(name, sample)

    assert rejected == []
    assert Event.objects.count() == 30


@pytest.mark.parametrize("name", TEXT)
def test_a_last_line_that_is_cut_off_is_rejected_and_all_others_are_stored(name, run, things, tmp_path):
    sample = SAMPLES[name](tmp_path, 30)
    data = sample.file.read_bytes()
    last = data.splitlines()[-1]
    sample.file.write_bytes(data[: len(data) - 1 - len(last) // 2])

    _said, rejected = run(name, sample)

    assert len(rejected) == 1
    assert Event.objects.count() == 29


@pytest.mark.parametrize("name", sorted(IMPORTERS))
def test_an_empty_file_is_refused_by_name(name, run, tmp_path, db):
    sample = SAMPLES[name](tmp_path, 3)
    sample.file.write_bytes(b"")

    with pytest.raises(CommandError, match=sample.file.name):
        run(name, sample)

    assert not Event.objects.exists()


@pytest.mark.parametrize("name", sorted(IMPORTERS))
def test_a_path_where_nothing_is_is_refused(name, tmp_path, db):
    with pytest.raises(CommandError, match="a file or a folder expected"):
        call_command("import", name, str(tmp_path / "missing"), no_progress=True)


@pytest.mark.parametrize("name", sorted(set(TEXT) - {"jsonl", "segment", "movielens"}))
def test_a_table_without_its_columns_is_refused_with_those_that_it_has(name, run, tmp_path, db):
    sample = SAMPLES[name](tmp_path, 3)
    sample.file.write_text("colour,weight\nred,7\n")

    with pytest.raises(CommandError, match=r"expected.*colour, weight"):
        run(name, sample)


@pytest.mark.parametrize("name", sorted(IMPORTERS))
def test_the_bar_ends_at_the_bytes_of_the_files(name, things, tmp_path):
    sample = SAMPLES[name](tmp_path, 30)
    progress = Counted()

    import_with(progress, name, sample)

    assert progress.done == progress.total == sample.file.stat().st_size


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", sorted(set(IMPORTERS) - {"movielens"}))
def test_an_import_that_was_killed_goes_on_and_ends_with_the_same_rows(
    name, things, process_environment, tmp_path, run
):
    sample = SAMPLES[name](tmp_path, 3000)
    if name != "parquet":
        insert_line(sample.file, 3, b"no such row \x83")
    rejects = tmp_path / "killed.jsonl"
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "import", name, str(sample.path), "--no-progress"]
    process = subprocess.Popen(
        [*command, "--rejects", str(rejects)],
        env={**process_environment, "IMPORT_BLOCK_ROWS": "20"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: ImportRun.objects.filter(position__gt=0).exists() or process.poll() is not None)
    process.kill()
    process.wait()
    cut_off = ImportRun.objects.get()
    assert cut_off.status == "running"
    assert 0 < cut_off.position < 3000

    said, _rows = run(name, sample)

    (finished,) = ImportRun.objects.all()
    assert f"goes on behind row {cut_off.position:,}" in said
    assert finished.status == "done"
    assert Event.objects.count() == EventKey.objects.count() == 3000
    assert Item.objects.filter(sku__startswith="sku-").count() == 5
    assert rejects.exists() == (name != "parquet")
    if name != "parquet":
        assert len(rejects.read_text().splitlines()) == 1


def test_an_import_that_another_process_goes_on_with_stores_nothing_more(things, tmp_path):
    sample = SAMPLES["csv"](tmp_path, 30)

    class Overtaken(Counted):
        def start(self, total):
            ImportRun.objects.update(position=7)

    with pytest.raises(Conflict, match="another process goes on with this import"):
        import_with(Overtaken(), "csv", sample)

    assert not Event.objects.exists()
