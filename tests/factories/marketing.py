"""Factories of the ground's rows."""

import uuid
from datetime import UTC, date, datetime, timedelta

import factory
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from marketing import models


class SourceFactory(DjangoModelFactory):
    class Meta:
        model = models.Source
        django_get_or_create = ("code",)

    code = "shop"
    name = factory.LazyAttribute(lambda row: row.code.title())


class UserFactory(DjangoModelFactory):
    """A person of the staff; `roles=["agent"]` puts them in the groups of these names."""

    class Meta:
        model = models.User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    password = factory.django.Password("correct horse battery")
    is_staff = True

    @factory.post_generation
    def roles(self, create, extracted, **_):
        if create and extracted:
            self.groups.set(Group.objects.filter(name__in=extracted))


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = models.Category

    slug = factory.Sequence(lambda n: f"category-{n}")
    name = factory.LazyAttribute(lambda row: row.slug.title())


class ItemFactory(DjangoModelFactory):
    class Meta:
        model = models.Item

    source = factory.SubFactory(SourceFactory)
    sku = factory.Sequence(lambda n: f"sku-{n}")
    title = factory.LazyAttribute(lambda row: f"Title of {row.sku}")


class ItemRelationFactory(DjangoModelFactory):
    class Meta:
        model = models.ItemRelation

    head = factory.SubFactory(ItemFactory)
    relation = "accessory_of"
    tail = factory.SubFactory(ItemFactory)


class CustomerFactory(DjangoModelFactory):
    class Meta:
        model = models.Customer

    source = factory.SubFactory(SourceFactory)
    external_id = factory.Sequence(lambda n: f"customer-{n}")


class CustomerIdentityFactory(DjangoModelFactory):
    """The identity under which the shop's events name a customer."""

    class Meta:
        model = models.Identity

    source = factory.SelfAttribute("customer.source")
    kind = models.Identity.Kind.CUSTOMER
    customer = factory.SubFactory(CustomerFactory)
    value = factory.SelfAttribute("customer.external_id")


class VisitorFactory(DjangoModelFactory):
    class Meta:
        model = models.Identity

    source = factory.SubFactory(SourceFactory, code="browser")
    kind = models.Identity.Kind.VISITOR
    value = factory.Sequence(lambda n: f"visitor-{n}")


class ConsentFactory(DjangoModelFactory):
    class Meta:
        model = models.Consent

    identity = factory.SubFactory(VisitorFactory)
    purpose = models.Consent.Purpose.PERSONALISATION
    granted = True


class EventFactory(DjangoModelFactory):
    """A row as the event store would have written it, without its key. Months must have partitions."""

    class Meta:
        model = models.Event

    identity = factory.SubFactory(VisitorFactory)
    item = factory.SubFactory(ItemFactory)
    source = factory.SelfAttribute("identity.source")
    kind = "view"
    event_id = factory.Sequence(lambda n: f"event-{n}")
    occurred_at = factory.LazyFunction(lambda: datetime.now(UTC))


class ImportRunFactory(DjangoModelFactory):
    class Meta:
        model = models.ImportRun

    source = factory.SubFactory(SourceFactory)
    format = "csv"
    path = factory.Sequence(lambda n: f"/data/events-{n}.csv")
    fingerprint = factory.Sequence(lambda n: f"{n:064}")
    status = models.ImportRun.Status.DONE
    counts = factory.LazyFunction(lambda: {"events": {"stored": 3}, "rejected": {"kind: missing": 1}})


class TrainingRunFactory(DjangoModelFactory):
    class Meta:
        model = models.TrainingRun

    slot = "recommender"
    trigger = models.TrainingRun.Trigger.COMMAND


class ArtefactFactory(DjangoModelFactory):
    class Meta:
        model = models.Artefact

    kind = "recommender"
    version = factory.Sequence(lambda n: n + 1)
    storage_name = factory.LazyAttribute(lambda row: f"{row.kind}/{row.version}")
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    size = 1


class DeploymentFactory(DjangoModelFactory):
    class Meta:
        model = models.Deployment

    slot = "recommender"
    champion = factory.SubFactory(ArtefactFactory)
    reason = models.Deployment.Reason.GATE


class OrderFactory(DjangoModelFactory):
    """An order of nothing yet: 10.00 EUR without lines."""

    class Meta:
        model = models.Order

    source = factory.SelfAttribute("identity.source")
    identity = factory.SubFactory(CustomerIdentityFactory)
    external_id = factory.Sequence(lambda n: f"order-{n}")
    placed_at = factory.LazyFunction(lambda: datetime.now(UTC))
    currency = "EUR"
    items_total = 10
    total = 10
    body = factory.LazyFunction(uuid.uuid4)


class OrderLineFactory(DjangoModelFactory):
    class Meta:
        model = models.OrderLine

    order = factory.SubFactory(OrderFactory)
    number = 1
    item = factory.SubFactory(ItemFactory)
    quantity = 1
    unit_price = 10


class RefundFactory(DjangoModelFactory):
    class Meta:
        model = models.Refund

    order = factory.SubFactory(OrderFactory)
    external_id = factory.Sequence(lambda n: f"refund-{n}")
    amount = 1
    refunded_at = factory.LazyFunction(lambda: datetime.now(UTC))
    body = factory.LazyFunction(uuid.uuid4)


class CustomEventKindFactory(DjangoModelFactory):
    class Meta:
        model = models.CustomEventKind

    name = factory.Sequence(lambda n: f"kind_{n}")
    label = "did something of their own"


class ExchangeRateFactory(DjangoModelFactory):
    class Meta:
        model = models.ExchangeRate

    base = "EUR"
    currency = "USD"
    day = factory.Sequence(lambda n: date(2026, 1, 1) + timedelta(days=n))
    rate = "0.9"


class QuarantinedEventFactory(DjangoModelFactory):
    class Meta:
        model = models.QuarantinedEvent

    source = factory.SubFactory(SourceFactory)
    raw = factory.LazyFunction(dict)
    field = "item"
    message = "no item has this SKU"


class WebhookEndpointFactory(DjangoModelFactory):
    class Meta:
        model = models.WebhookEndpoint

    name = factory.Sequence(lambda n: f"endpoint {n}")
    url = "https://shop.example/hooks"
    secret = "whsec_of-the-tests"
    topics = factory.LazyFunction(lambda: ["order.placed"])


class CustomerMergeFactory(DjangoModelFactory):
    class Meta:
        model = models.CustomerMerge

    kept = factory.SubFactory(CustomerFactory)
    merged = factory.SubFactory(CustomerFactory)


class RelationRuleFactory(DjangoModelFactory):
    """Who chose what has the tag “printer” may need what has the tag “ink”."""

    class Meta:
        model = models.RelationRule

    name = factory.Sequence(lambda n: f"rule {n}")
    head_tag = "printer"
    tail_tag = "ink"
