import json

import pytest
from django.core.management import call_command
from django.urls import reverse

from marketing.models import CustomEventKind, Event, QuarantinedEvent, Source
from tests.factories.marketing import CustomEventKindFactory, EventFactory, ItemFactory, QuarantinedEventFactory

RAW = {"id": "e1", "kind": "view", "occurredAt": "2026-05-01T10:00:00Z", "item": "sofa", "customer": "ada"}
LIST = "/admin/marketing/quarantinedevent/"
KINDS = "/admin/marketing/customeventkind/"


@pytest.fixture
def held(shop):
    return QuarantinedEventFactory(source=shop, event_id="e1", raw=RAW)


def page_of(row):
    return reverse("admin:marketing_quarantinedevent_change", args=[row.pk])


def button(name, row):
    return reverse(f"admin:marketing_quarantinedevent_{name}", args=[row.pk])


def test_an_event_that_waits_is_looked_at_mended_and_replayed(held, enter, press, kim):
    ItemFactory(sku="bed")
    browser = enter(kim)

    shown = browser.get(page_of(held)).content.decode()
    saved = browser.post(
        page_of(held),
        {"raw": '{"id": "e1", "kind": "view", "occurredAt": 1777629600, "item": "bed", "customer": "ada"}'},
    )
    press(kim, button("replay", held))

    assert "sofa" in shown
    assert saved.status_code == 302
    assert Event.objects.get().item.sku == "bed"
    held.refresh_from_db()
    assert (held.status, held.resolved_by) == ("replayed", kim)
    assert held.raw["item"] == "bed"


def test_what_an_import_held_is_seen_and_replayed(shop, tmp_path, enter, press, kim):
    shop.unknown_items = Source.Unknown.QUARANTINE
    shop.save()
    path = tmp_path / "events.jsonl"
    path.write_text(json.dumps(RAW))
    call_command("import", "jsonl", str(path), source="shop", rejects=tmp_path / "rejects", no_progress=True)
    held = QuarantinedEvent.objects.get()

    listed = enter(kim).get(LIST).content.decode()
    ItemFactory(sku="sofa")
    press(kim, button("replay", held))

    assert page_of(held) in listed
    assert (Event.objects.get().event_id, Event.objects.get().item.sku) == ("e1", "sofa")


@pytest.mark.parametrize("raw", ["", "no json", "[]", "{}", '{"id": ""}'])
def test_what_is_no_event_is_refused_at_the_field(held, enter, kim, raw):
    answer = enter(kim).post(page_of(held), {"raw": raw})

    assert answer.status_code == 200
    assert answer.context["errors"]
    held.refresh_from_db()
    assert held.raw == RAW


def test_chosen_events_are_replayed_together(held, enter, kim):
    ItemFactory(sku="sofa")
    other = QuarantinedEventFactory(source=held.source, event_id="e2", raw={**RAW, "id": "e2", "item": "none"})

    page = (
        enter(kim)
        .post(LIST, {"action": "replay_chosen", "_selected_action": [held.pk, other.pk]}, follow=True)
        .content.decode()
    )

    assert "1 stored" in page
    assert "1 still" in page
    assert set(QuarantinedEvent.objects.values_list("event_id", "status")) == {("e1", "replayed"), ("e2", "waiting")}


def test_a_discarded_event_can_be_looked_at_and_not_changed(held, enter, press, kim):
    press(kim, button("discard", held))

    page = enter(kim).get(page_of(held))

    assert QuarantinedEvent.objects.get().status == "discarded"
    assert not page.context["has_change_permission"]
    assert enter(kim).post(page_of(held), {"raw": "{}"}).status_code == 403


def test_who_may_only_look_can_not_replay_or_discard(held, enter, dee):
    ItemFactory(sku="sofa")
    browser = enter(dee)

    assert browser.get(page_of(held)).status_code == 200
    for name in ("replay", "discard"):
        assert browser.post(button(name, held), {"_form_submitted": "True"}).status_code == 403
    browser.post(LIST, {"action": "replay_chosen", "_selected_action": [held.pk]})

    assert QuarantinedEvent.objects.get().status == "waiting"
    assert not Event.objects.exists()


# -- Kinds of events ---------------------------------------------------------------------------------------------------


def kind_form(**changes):
    return {
        "name": "store_visit",
        "label": "visited a store",
        "value_unit": "minutes",
        "value_minimum": "1",
        "value_maximum": "600",
        "payload": '{"store": {"type": "text", "required": true}}',
        "active": "on",
        **changes,
    }


def test_staff_add_a_kind_which_can_be_sent_at_once(enter, kim):
    answer = enter(kim).post(f"{KINDS}add/", kind_form())

    assert answer.status_code == 302
    kind = CustomEventKind.objects.get()
    assert (kind.name, kind.payload) == ("store_visit", {"store": {"type": "text", "required": True}})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "view"}, "name"),
        ({"name": "Store-Visit"}, "name"),
        ({"name": "1st"}, "name"),
        ({"value_maximum": "0"}, "value_maximum"),
        ({"payload": '{"store": {"type": "colour"}}'}, "payload"),
        ({"payload": "no json"}, "payload"),
    ],
)
def test_a_kind_that_is_none_is_refused_at_its_field(enter, kim, changes, field):
    page = enter(kim).post(f"{KINDS}add/", kind_form(**changes))

    assert page.status_code == 200
    assert field in page.context["adminform"].form.errors
    assert not CustomEventKind.objects.exists()


def test_a_kind_with_events_is_switched_off_not_deleted(enter, kim):
    used, unused = CustomEventKindFactory(name="used"), CustomEventKindFactory(name="unused")
    EventFactory(kind="used")
    browser = enter(kim)

    answers = [
        browser.post(reverse("admin:marketing_customeventkind_delete", args=[row.pk]), {"post": "yes"}).status_code
        for row in (used, unused)
    ]

    assert answers == [403, 302]
    assert CustomEventKind.objects.get() == used
