"""What every list has in common: it answers, to the right people, in a number of queries that its rows don't change."""

import pytest
from django.contrib import admin
from django.urls import reverse
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from config.navigation import GROUPS
from marketing.models import ApiKey, Customer, Outbox, TrainingRun
from marketing.services.audit import record
from marketing.services.keys import create_api_key
from tests.factories import marketing as make
from tests.factories import recsys, text
from tests.factories.recsys import BoostRuleFactory, EvaluationFactory, RecommendationLogFactory
from tests.query_counts import pinned_queries


def api_keys(count):
    for number in range(count):
        create_api_key(source=make.SourceFactory(code=f"shop{number}"), name="server", scopes=["events:write"])


def deployments(count):
    previous = None
    for _ in range(count):
        previous = make.DeploymentFactory(previous=previous, deployed_by=make.UserFactory())


def deliveries(count):
    for number in range(count):
        endpoint = make.WebhookEndpointFactory()
        Outbox.objects.create(endpoint=endpoint, topic="order.placed", payload={"order": number})


def schedules(count):
    every_hour = IntervalSchedule.objects.create(every=1, period="hours")
    for number in range(count):
        PeriodicTask.objects.create(name=f"task {number}", task="recsys.train", interval=every_hour)


def lists_given_out(count):
    for _ in range(count):
        items = [{"item": str(make.ItemFactory().pk), "score": 1.0, "reason": "trending"} for _ in range(3)]
        RecommendationLogFactory(items=items, identity=make.CustomerIdentityFactory(), artefact=make.ArtefactFactory())


def in_own_sources(factory):
    """Rows that share nothing, so that a query a row would show."""
    return lambda count: [factory(source=make.SourceFactory(code=f"shop{number}")) for number in range(count)]


ROWS = {
    "marketing.source": in_own_sources(lambda source: source),
    "marketing.apikey": api_keys,
    "marketing.webhookendpoint": make.WebhookEndpointFactory.create_batch,
    "marketing.outbox": deliveries,
    "marketing.user": lambda count: [make.UserFactory(roles=["agent", "data"]) for _ in range(count)],
    "marketing.customer": in_own_sources(make.CustomerFactory),
    "marketing.identity": lambda count: [make.CustomerIdentityFactory() for _ in range(count)],
    "marketing.customermerge": lambda count: [
        make.CustomerMergeFactory(merged_by=make.UserFactory()) for _ in range(count)
    ],
    "marketing.auditentry": lambda count: [
        record(action="rename", row=make.CustomerFactory(), before=None, after=None, user=make.UserFactory())
        for _ in range(count)
    ],
    "marketing.consent": lambda count: [make.ConsentFactory() for _ in range(count)],
    "marketing.category": lambda count: [make.CategoryFactory(parent=make.CategoryFactory()) for _ in range(count)],
    "marketing.item": lambda count: [make.ItemFactory(category=make.CategoryFactory()) for _ in range(count)],
    "marketing.itemrelation": lambda count: [
        make.ItemRelationFactory(rule=make.RelationRuleFactory()) for _ in range(count)
    ],
    "marketing.relationrule": lambda count: [
        make.RelationRuleFactory(head_category=make.CategoryFactory(), tail_category=make.CategoryFactory())
        for _ in range(count)
    ],
    "marketing.event": lambda count: [make.EventFactory(identity=make.CustomerIdentityFactory()) for _ in range(count)],
    "marketing.quarantinedevent": in_own_sources(make.QuarantinedEventFactory),
    "marketing.customeventkind": lambda count: [make.CustomEventKindFactory() for _ in range(count)],
    "marketing.importrun": in_own_sources(make.ImportRunFactory),
    "marketing.order": lambda count: [make.OrderLineFactory(order=make.OrderFactory()) for _ in range(count)],
    "marketing.exchangerate": lambda count: [make.ExchangeRateFactory() for _ in range(count)],
    "marketing.textreading": lambda count: [text.TextReadingFactory(topic=text.TopicFactory()) for _ in range(count)],
    "marketing.topic": text.TopicFactory.create_batch,
    "marketing.textlabel": lambda count: [
        text.TextLabelFactory(label="neutral", labelled_by=make.UserFactory()) for _ in range(count)
    ],
    "marketing.trainingrun": lambda count: [
        make.TrainingRunFactory(status=TrainingRun.Status.FAILED, requested_by=make.UserFactory()) for _ in range(count)
    ],
    "marketing.artefact": lambda count: [
        make.ArtefactFactory(run=make.TrainingRunFactory(status=TrainingRun.Status.DEPLOYED)) for _ in range(count)
    ],
    "marketing.deployment": deployments,
    "recsys.recommendationlog": lists_given_out,
    "recsys.evaluation": lambda count: [
        EvaluationFactory(run=make.TrainingRunFactory(status=TrainingRun.Status.HELD), artefact=make.ArtefactFactory())
        for _ in range(count)
    ],
    "recsys.tuningtrial": recsys.TuningTrialFactory.create_batch,
    "recsys.boostrule": lambda count: [BoostRuleFactory(created_by=make.UserFactory()) for _ in range(count)],
    "recsys.onlineresult": recsys.OnlineResultFactory.create_batch,
    "recsys.canarycheck": recsys.CanaryCheckFactory.create_batch,
    "recsys.driftreport": recsys.DriftReportFactory.create_batch,
    "django_celery_beat.periodictask": schedules,
}
ROLL_OUT = {"onlineresult", "canarycheck", "driftreport"}
TEXTS = {"textreading", "topic", "textlabel"}
SEEN_BY = {
    "mia": {
        *{"customer", "item", "itemrelation", "relationrule", "category", "event", "order"},
        *{"deployment", "evaluation", "tuningtrial", "recommendationlog", "boostrule", *ROLL_OUT},
        *TEXTS,
    },
    "bo": {"customer", "item", "event", "order", "customermerge", "textreading"},
    "dee": {
        *{"order", "exchangerate"},
        *{"customermerge", "auditentry"},
        *{"customer", "identity", "consent", "item", "itemrelation", "category", "event", "source"},
        "relationrule",
        *{
            "trainingrun",
            "artefact",
            "deployment",
            "evaluation",
            "tuningtrial",
            "recommendationlog",
            "boostrule",
            *ROLL_OUT,
        },
        *{"quarantinedevent", "customeventkind", "importrun", "outbox"},
        *TEXTS,
    },
    "kim": {
        *{"quarantinedevent", "customeventkind", "importrun"},
        *{"category", "itemrelation", "relationrule"},
        *{
            "item",
            "event",
            "trainingrun",
            "artefact",
            "deployment",
            "evaluation",
            "tuningtrial",
            "recommendationlog",
            "boostrule",
        },
        *ROLL_OUT,
        *TEXTS,
        *{"periodictask", "intervalschedule", "crontabschedule", "clockedschedule"},
    },
}


def list_of(label):
    return reverse(f"admin:{label.replace('.', '_')}_changelist")


@pytest.mark.parametrize("label", ROWS)
@pytest.mark.parametrize("count", [5, 25])
def test_a_list_makes_the_same_few_queries_for_5_rows_and_for_25(label, count, enter, ola):
    ROWS[label](count)
    browser = enter(ola)
    browser.get(reverse("admin:index"))  # what the first page of a process fetches once is not the list's

    with pinned_queries(f"admin {label}"):
        page = browser.get(list_of(label))

    assert page.status_code == 200
    assert len(page.context["cl"].result_list) >= count


@pytest.mark.parametrize("name", SEEN_BY)
def test_a_role_sees_its_lists_and_is_refused_the_others(name, request, enter):
    browser = enter(request.getfixturevalue(name))

    answers = {
        model._meta.model_name: browser.get(list_of(model._meta.label_lower)).status_code
        for model in admin.site._registry
    }

    assert {model for model, status in answers.items() if status == 200} == SEEN_BY[name]
    assert set(answers.values()) == {200, 403}


@pytest.mark.parametrize("name", SEEN_BY)
def test_the_sidebar_leads_to_what_a_role_may_see_and_nowhere_else(name, request, enter):
    user = request.getfixturevalue(name)

    page = enter(user).get(reverse("admin:index"))

    links = {item["link"] for group in page.context["sidebar_navigation"] for item in group["items"]}
    expected = {
        list_of(f"{entry.app}.{entry.model}")
        for entries in GROUPS.values()
        for entry in entries
        if entry.model in SEEN_BY[name]
    }
    # All of these roles see events and readings, and so the reports on them.
    reports = {reverse("report", args=[code]) for code in ("data_quality", "sentiment")}
    assert links == {reverse("admin:index"), *reports, *expected}


def test_every_list_of_the_admin_stands_in_the_sidebar():
    entries = {f"{entry.app}.{entry.model}" for entries in GROUPS.values() for entry in entries}

    assert entries == {model._meta.label_lower for model in admin.site._registry}


def test_nobody_without_a_login_gets_in(client, db):
    answers = {client.get(list_of(model._meta.label_lower)).status_code for model in admin.site._registry}

    assert answers == {302}


@pytest.mark.parametrize("label", ["marketing.item", "marketing.customer", "marketing.event", "marketing.trainingrun"])
def test_what_others_point_at_has_no_delete_button_even_for_the_owner(label, enter, ola):
    ROWS[label](1)
    model = next(model for model in admin.site._registry if model._meta.label_lower == label)
    row = model.objects.first()
    name = label.replace(".", "_")
    browser = enter(ola)

    page = browser.get(reverse(f"admin:{name}_change", args=[row.pk]))

    assert reverse(f"admin:{name}_delete", args=[row.pk]) not in page.content.decode()
    assert browser.post(reverse(f"admin:{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert model.objects.filter(pk=row.pk).exists()


def test_what_a_shop_sends_stands_as_text_on_the_page(enter, ola):
    make.CustomerFactory(name="<script>alert(1)</script>")
    make.ItemFactory(title="<img src=x onerror=alert(1)>", image_url="javascript:alert(1)")

    pages = [enter(ola).get(list_of(f"marketing.{model}")).content.decode() for model in ("customer", "item")]

    assert "&lt;script&gt;alert(1)" in pages[0]
    assert not any(trap in page for page in pages for trap in ("<script>alert", "<img src=x", "javascript:alert"))


def test_rows_of_a_simulated_source_are_marked(enter, ola):
    make.CustomerFactory(source=make.SourceFactory(code="sample", simulated=True))

    page = enter(ola).get(list_of("marketing.customer"))

    assert Customer.objects.count() == 1
    assert page.content.decode().count(">simulated<") == 1


def test_a_list_of_keys_shows_no_secret(enter, ola, sam):
    page = enter(ola).get(list_of("marketing.apikey"))

    assert ApiKey.objects.get().prefix in page.content.decode()
    assert sam not in page.content.decode()


def test_the_sidebars_search_finds_a_list_anew_and_from_the_cache(enter, ola):
    browser = enter(ola)

    pages = [browser.get(reverse("admin:search"), {"s": "custom"}).content.decode() for _ in range(2)]

    assert all(list_of("marketing.customer") in page for page in pages)
