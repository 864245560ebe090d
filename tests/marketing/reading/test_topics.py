"""Topics of what customers wrote: found, named by staff, found again."""

from datetime import UTC, datetime, timedelta

import pytest

from marketing.errors import InvalidInput, NotFound
from marketing.models import AuditEntry, TextReading, Topic
from marketing.reading.topics import change_topic, examples, find_topics
from tests.factories.marketing import EventFactory
from tests.factories.text import TextReadingFactory, TopicFactory

pytestmark = pytest.mark.django_db

DELIVERY = [
    f"The parcel arrived {late} and the {box} was damaged."
    for late in ("late", "two weeks late", "very late", "too late")
    for box in ("box", "package", "carton")
]
COFFEE = [
    f"This {thing} makes {much} coffee every morning."
    for thing in ("machine", "moka pot", "pot", "grinder")
    for much in ("delicious", "wonderful", "strong")
]


def write(texts, *, days_ago=3):
    at = datetime.now(UTC) - timedelta(days=days_ago)
    for text in texts:
        TextReadingFactory(event=EventFactory(kind="review", payload={"text": text}, occurred_at=at))


def topic_named_after(term):
    (topic,) = (topic for topic in Topic.objects.all() if term in topic.terms)
    return topic


def test_texts_are_grouped_and_the_groups_called_by_their_words():
    write(DELIVERY + COFFEE)

    found = find_topics()

    delivery, coffee = topic_named_after("parcel"), topic_named_after("coffee")
    assert (found.texts, found.topics) == (24, Topic.objects.count())
    assert delivery != coffee
    about = dict(TextReading.objects.values_list("event_id", "topic"))
    said = {row.event_id: row for row in TextReading.objects.all()}
    assert all(about[event_id] is not None for event_id in said)
    assert set(delivery.readings.values_list("topic", flat=True)) == {delivery.pk}


def test_what_staff_named_keeps_its_name_when_topics_are_found_again(mia):
    write(DELIVERY + COFFEE)
    find_topics()
    for topic in Topic.objects.all():
        change_topic(topic.pk, name="Coffee" if "coffee" in topic.terms else "", active=True, by=mia)
    before = set(Topic.objects.values_list("pk", flat=True))

    write(["My new espresso machine makes wonderful coffee in the morning."])
    found = find_topics()

    assert found.continued == found.topics
    assert set(Topic.objects.values_list("pk", flat=True)) == before
    assert "coffee" in Topic.objects.filter(name="Coffee").first().terms


def test_what_is_left_out_stays_out_and_gets_no_texts(mia):
    write(DELIVERY + COFFEE)
    find_topics()
    for topic in Topic.objects.all():
        change_topic(topic.pk, name="", active="coffee" not in topic.terms, by=mia)

    find_topics()

    left_out = Topic.objects.filter(active=False)
    assert left_out
    assert not TextReading.objects.filter(topic__in=left_out).exists()
    assert TextReading.objects.filter(topic=None).exists()


def test_of_what_nothing_is_written_any_more_only_what_has_a_name_stays():
    named, nameless = TopicFactory(name="Sizes", axis=5, size=40), TopicFactory(axis=6)
    write(DELIVERY + COFFEE)

    find_topics()

    named.refresh_from_db()
    assert (named.name, named.size) == ("Sizes", 0)
    assert not Topic.objects.filter(pk=nameless.pk).exists()


@pytest.mark.parametrize(
    "texts", [[], ["One text."], ["😍"] * 30, ["All the same."] * 30], ids=["none", "one", "emoji alone", "the same"]
)
def test_where_there_is_too_little_nothing_is_found_and_what_there_was_stays(texts):
    known = TopicFactory(size=7)
    write(texts)

    assert find_topics().topics == 1

    known.refresh_from_db()
    assert known.size == 7


def test_texts_of_long_ago_are_not_looked_at():
    write(DELIVERY + COFFEE, days_ago=100)

    assert find_topics().texts == 0


def test_a_new_name_is_audited_and_too_long_a_one_refused(mia):
    topic = TopicFactory()

    change_topic(topic.pk, name=" Parcels ", active=True, by=mia)

    entry = AuditEntry.objects.get()
    assert str(Topic.objects.get()) == "Parcels"
    assert (entry.action, entry.user, entry.after) == ("change-topic", mia, {"name": "Parcels", "active": True})
    with pytest.raises(InvalidInput, match="name: at most 120 characters"):
        change_topic(topic.pk, name="x" * 121, active=True, by=mia)
    with pytest.raises(NotFound):
        change_topic("00000000-0000-0000-0000-000000000000", name="", active=True, by=mia)


def test_examples_say_nothing_of_who_somebody_is_and_are_short():
    event = EventFactory(kind="review", payload={"text": "Call me at +49 170 1234567. " + "Lovely. " * 100})
    row = TextReadingFactory(event=event)

    (example,) = examples([row])

    assert example.text.startswith("Call me at [phone].")
    assert len(example.text) <= 401
