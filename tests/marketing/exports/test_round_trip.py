"""What was exported can be imported, and is the same."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import call_command
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from marketing.events import parse_batch
from marketing.exports import prepare
from marketing.services.events import record_events
from tests.factories import marketing as make

FIRST = datetime(2026, 5, 1, tzinfo=UTC)
KINDS = {
    "view": st.floats(0, 86_400),
    "click": st.none(),
    "add_to_cart": st.floats(0.001, 1_000_000),
    "rating": st.sampled_from([0.5, 1, 3.5, 5]),
}
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
# From 1e16 on, Postgres gives a float of a JSON column back as a whole number.
NUMBER = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.dictionaries(
    TEXT,
    st.none() | st.booleans() | NUMBER | TEXT,
    max_size=3,
)


@st.composite
def events(draw):
    """Events that lie too far apart to be each other's near-duplicates, some with fractions of seconds."""
    count = draw(st.integers(1, 8))
    return [draw(event(number)) for number in range(count)]


@st.composite
def event(draw, number):
    kind = draw(st.sampled_from(sorted(KINDS)))
    who = draw(st.sampled_from(["customer", "visitor"]))
    at = FIRST + timedelta(hours=number, microseconds=draw(st.integers(0, 10**6)))
    return {
        "id": f"{number} {draw(TEXT)}",
        "kind": kind,
        "occurredAt": at.isoformat(),
        "item": "kettle",
        "value": draw(KINDS[kind]),
        who: f"{draw(TEXT)}!",
        "session": draw(TEXT),
        "context": draw(JSON),
    }


def exported(source):
    export = prepare("events", format_name="jsonl", filters={"source": source.code})
    return b"".join(chunk.data for chunk in export.chunks())


class RoundTrip(TestCase):
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(events())
    def test_exporting_events_as_json_lines_and_importing_them_is_the_identity(self, sent):
        shop, copy = make.SourceFactory(code="shop"), make.SourceFactory(code="copy")
        make.ItemFactory(sku="kettle", source=shop)
        now = datetime.now(UTC)
        stored = record_events(parse_batch(sent, now=now), source=shop)
        kept = {result.id for result in stored if result.status == "stored"}

        first = exported(shop)
        rows = [json.loads(line) for line in first.splitlines()]
        again = record_events(parse_batch(rows, now=now), source=shop)
        copied = record_events(parse_batch(rows, now=now), source=copy)

        assert {row["id"] for row in rows} == kept
        assert {result.status for result in again} <= {"already_stored"}
        assert {result.status for result in copied} <= {"stored"}
        assert sorted(exported(copy).splitlines()) == sorted(first.splitlines())

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(events(), st.sampled_from(["csv", "jsonl", "parquet"]))
    def test_a_file_of_any_format_that_is_imported_gives_the_same_events(self, sent, file_format):
        shop, copy = make.SourceFactory(code="shop"), make.SourceFactory(code="copy")
        make.ItemFactory(sku="kettle", source=shop)
        results = record_events(parse_batch(sent, now=datetime.now(UTC)), source=shop)
        assume(any(result.status == "stored" for result in results))  # an empty file is refused as one

        with TemporaryDirectory() as folder:
            path, rejects = Path(folder) / f"events.{file_format}", Path(folder) / "rejects"
            call_command("export", "events", "--source", "shop", "-o", str(path), stdout=StringIO(), stderr=StringIO())
            options = ["--source", "copy", "--no-progress", "--rejects", str(rejects)]
            call_command("import", file_format, str(path), *options, stdout=StringIO())
            rejected = rejects.read_text() if rejects.exists() else ""

        assert rejected == ""
        assert sorted(exported(copy).splitlines()) == sorted(exported(shop).splitlines())
