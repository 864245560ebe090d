from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from marketing.errors import InvalidInput
from marketing.models import ApiKey, AuditEntry, Consent, Identity, Outbox
from marketing.selectors import consent_of, subject_of_identity
from marketing.services.consent import Actor, answer_now, parse_consents, record_consent, record_consents
from marketing.services.merges import merge_customers, undo_merge
from tests.factories.marketing import ConsentFactory, VisitorFactory, WebhookEndpointFactory

pytestmark = pytest.mark.django_db

PURPOSE = Consent.Purpose.PERSONALISATION
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def say(identity, granted, at=NOON, **options):
    return record_consent(identity=identity, purpose=PURPOSE, granted=granted, given_at=at, **options)


def agrees(identity):
    return consent_of(subject_of_identity(identity).identity_ids, PURPOSE)


def history():
    return list(Consent.objects.order_by("id").values_list("granted", flat=True))


def told():
    return [(row.payload["customer"], row.payload["granted"]) for row in Outbox.objects.order_by("created_at", "id")]


def test_answers_are_added_and_the_newest_counts(ada):
    say(ada, False)
    say(ada, True, NOON + timedelta(hours=1))

    assert history() == [False, True]
    assert agrees(ada)


def test_the_same_answer_of_the_same_instant_is_kept_once(ada):
    assert [say(ada, False), say(ada, False), say(ada, True), say(ada, False)] == [True, False, True, False]

    assert history() == [False, True]


def test_an_older_answer_that_arrives_late_is_history_and_changes_nothing(ada):
    say(ada, False)
    say(ada, True, NOON - timedelta(days=1))

    assert history() == [False, True]
    assert not agrees(ada)


def test_of_two_answers_of_one_instant_the_later_recorded_counts(ada):
    say(ada, True)
    say(ada, False)

    assert not agrees(ada)


def test_an_answer_counts_for_all_names_of_its_person_and_stays_when_they_are_parted(ada, cy):
    say(ada, False)
    merge = merge_customers(kept=cy.customer, merged=ada.customer, user=None)
    rows = {row.value: row for row in Identity.objects.all()}
    together = agrees(rows["cy"]), agrees(rows["ada"])

    undo_merge(merge=merge, user=None)

    assert together == (False, False)
    cy.refresh_from_db()
    ada.refresh_from_db()
    assert (agrees(cy), agrees(ada)) == (True, False)


def test_everybody_who_refused_is_nobody_who_answers(shop):
    nobody = Identity.objects.create(source=shop, kind="nobody", value="nobody")

    with pytest.raises(InvalidInput, match="identity"):
        say(nobody, True)


@pytest.mark.django_db(transaction=True)
def test_the_same_answer_sent_many_times_at_once_is_kept_once(ada):
    def send(_number):
        try:
            return say(ada, False)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        added = list(pool.map(send, range(8)))

    assert sorted(added) == [False] * 7 + [True]
    assert history() == [False]


def test_the_shop_hears_of_an_answer_that_changes_what_holds_and_of_no_other(ada):
    WebhookEndpointFactory(topics=["consent.changed"])

    say(ada, False)  # the first answer
    say(ada, False, NOON + timedelta(hours=1))  # the same again, later
    say(ada, True, NOON - timedelta(hours=1))  # an old one that comes late
    say(ada, True, NOON + timedelta(hours=2))  # another mind

    assert told() == [("ada", False), ("ada", True)]
    assert Outbox.objects.first().payload["purpose"] == "personalisation"


def test_what_another_name_of_the_person_said_before_is_no_news(ada):
    WebhookEndpointFactory(topics=["consent.changed"])
    visitor = VisitorFactory(customer=ada.customer)
    say(ada, False)

    say(visitor, False, NOON + timedelta(hours=1))

    assert told() == [("ada", False)]


def test_what_a_key_or_staff_says_for_others_is_audited_and_what_people_say_themselves_is_not(ada, sam, bo):
    key = ApiKey.objects.get()
    say(ada, False)
    say(ada, True, actor=Actor(api_key=key))
    say(ada, True, actor=Actor(api_key=key))  # nothing new, nothing to audit
    say(ada, False, NOON + timedelta(hours=1), actor=Actor(user=bo))

    entries = AuditEntry.objects.order_by("id")
    assert [(entry.action, entry.api_key, entry.user) for entry in entries] == [
        ("record-consent", key, None),
        ("record-consent", None, bo),
    ]
    assert entries[0].object_id == str(Consent.objects.get(granted=True).pk)
    assert entries[0].after == {
        "identity": ada.pk,
        "purpose": "personalisation",
        "granted": True,
        "given_at": NOON.isoformat(),
    }


def test_what_somebody_says_now_outweighs_an_answer_by_a_clock_that_goes_ahead(ada):
    ahead = NOON + timedelta(minutes=4)
    say(ada, True, ahead)

    answer_now(identity=ada, purpose=PURPOSE, granted=False, now=NOON)

    assert not agrees(ada)
    assert Consent.objects.latest("id").given_at == ahead


def test_to_say_again_what_one_has_said_adds_nothing_but_to_agree_with_an_assumption_does(ada):
    for _ in range(3):
        answer_now(identity=ada, purpose=PURPOSE, granted=True, now=NOON)  # which the shop assumes

    assert history() == [True]


@pytest.mark.parametrize("count", [1, 200])
def test_a_batch_is_recorded_in_a_number_of_queries_that_its_rows_do_not_change(
    count, shop, sam, django_assert_num_queries
):
    WebhookEndpointFactory(topics=["consent.changed"])
    actor = Actor(api_key=ApiKey.objects.get())
    given = {"purpose": "marketing", "granted": True, "givenAt": "2026-05-01T12:00:00Z"}
    rows = [{"customer": f"c{number}", **given} for number in range(count)]

    with django_assert_num_queries(13):  # four for people, three for answers, outbox, audit, and two savepoints
        results = record_consents(parse_consents(rows), source=shop, actor=actor, now=NOON + timedelta(days=1))

    assert {result.status for result in results} == {"created"}
    assert Consent.objects.count() == Outbox.objects.count() == AuditEntry.objects.count() == count


def test_a_batch_has_the_same_history_in_whatever_order_it_comes(ada, cy, shop):
    spoken = {"purpose": "personalisation"}
    rows = [
        {"customer": name, "granted": granted, "givenAt": f"2026-05-0{day}T12:00:00Z", **spoken}
        for name in ("ada", "cy")
        for day, granted in ((1, True), (2, False), (3, True), (4, name == "cy"))
    ]

    record_consents(parse_consents(rows[::-1]), source=shop, actor=Actor())
    record_consents(parse_consents(rows), source=shop, actor=Actor())

    assert (agrees(ada), agrees(cy)) == (False, True)
    assert Consent.objects.count() == 8


def test_an_answer_of_somebody_merged_away_is_the_kept_ones(ada, cy, shop):
    merge_customers(kept=cy.customer, merged=ada.customer, user=None)
    ConsentFactory(identity=cy, purpose=PURPOSE, granted=True, given_at=NOON - timedelta(days=1))
    row = {"customer": "ada", "purpose": "personalisation", "granted": False, "givenAt": NOON.isoformat()}

    record_consents(parse_consents([row]), source=shop, actor=Actor())

    cy.refresh_from_db()
    assert not agrees(cy)
