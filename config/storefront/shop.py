"""What the shop's pages know before a browser asks GraphQL: its name, and whom one may shop as."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count

from marketing.models import Customer, Event, Source, TrainingRun
from marketing.runs.deployments import current

SLOT = "recommender"
# The newest customers are looked at, and these many with different tastes are offered.
LOOKED_AT = 60
OFFERED = 5


@dataclass(frozen=True)
class Shop:
    name: str
    simulated: bool


@dataclass(frozen=True)
class Shopper:
    """A customer one may shop as; `taste` says in a few words what they mostly look at."""

    id: str
    name: str
    short: str
    initials: str
    taste: str


def shop() -> Shop:
    """The shop whose items are shown: the source that most recently got some."""
    source = Source.objects.filter(items__isnull=False).order_by("-created_at").first()
    return Shop(source.name, source.simulated) if source else Shop("Attune", simulated=False)


def shoppers() -> list[Shopper]:
    """A handful of customers who differ: each next one is the busiest whose favourite shelf is not taken yet."""
    customers = {row.pk: row for row in Customer.objects.order_by("-created_at", "-pk")[:LOOKED_AT]}
    shelves = favourite_shelves(list(customers))
    busiest = sorted(shelves, key=lambda pk: -sum(shelves[pk].values()))
    chosen: dict[str, UUID] = {}
    for pk in busiest:
        chosen.setdefault(max(shelves[pk], key=shelves[pk].__getitem__), pk)
    pks = [*chosen.values(), *(pk for pk in busiest if pk not in chosen.values())][:OFFERED]
    return [shopper(customers[pk], taste=taste(shelves[pk])) for pk in pks]


def shopper(customer: Customer, *, taste: str) -> Shopper:
    words = customer.name.split()
    if not words:
        number = customer.external_id
        return Shopper(number, f"Customer {number}", f"customer {number}", number[-3:], taste)
    initials = "".join(word[0] for word in words[:2])
    return Shopper(customer.external_id, customer.name, words[0], initials, taste)


def favourite_shelves(customers: list[UUID]) -> dict[UUID, dict[str, int]]:
    """Customer → shelf → number of events. A shelf without a name counts as “”."""
    events = Event.objects.filter(identity__customer__in=customers, item__isnull=False)
    rows = events.values("identity__customer", "item__category__name").annotate(n=Count("pk")).order_by()
    shelves: dict[UUID, dict[str, int]] = defaultdict(dict)
    for row in rows:
        shelves[row["identity__customer"]][row["item__category__name"] or ""] = row["n"]
    return shelves


def taste(shelves: dict[str, int]) -> str:
    """Their favourite shelf, else how much they did: “mostly Lamps”, “131 events”."""
    named = [name for name in sorted(shelves, key=lambda name: -shelves[name]) if name]
    return f"mostly {named[0]}" if named else f"{sum(shelves.values())} events"


def training() -> dict[str, Any]:
    """Whether a model serves, and how the newest run goes, for the page that waits for one."""
    run = TrainingRun.objects.filter(slot=SLOT).first()
    deployment = current(SLOT)
    return {
        "serving": str(deployment.champion) if deployment else None,
        "run": {"status": run.status, "percent": round(100 * run.progress), "stage": run.stage} if run else None,
    }
