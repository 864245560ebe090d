"""The customers: who they are. What they like is in tastes.py."""

import unicodedata
from datetime import datetime, timedelta

import numpy as np

from marketing.sample_shop.names import HOMES, Home
from marketing.sample_shop.rows import SampleCustomer

CHANNELS = ("search", "friend", "newsletter", "advert", "market stall")
WITHOUT_EMAIL = 0.04


def build_customers(*, rng: np.random.Generator, count: int, days: int, until: datetime) -> list[SampleCustomer]:
    shares = np.array([home.share for home in HOMES])
    homes = rng.choice(len(HOMES), size=count, p=shares / shares.sum())
    ages = np.where(rng.random(count) < 0.7, rng.uniform(days, 1200, count), rng.uniform(days * 0.1, days, count))
    return [
        _customer(number, HOMES[home], rng=rng, created_at=until - timedelta(days=float(age)))
        for number, (home, age) in enumerate(zip(homes, ages, strict=True), start=1)
    ]


def _customer(number: int, home: Home, *, rng: np.random.Generator, created_at: datetime) -> SampleCustomer:
    first, family = str(rng.choice(home.first_names)), str(rng.choice(home.family_names))
    address = f"{_ascii(first)}.{_ascii(family)}." if _ascii(first) and _ascii(family) else "customer."
    return SampleCustomer(
        external_id=f"C{number:05d}",
        name=f"{family}{first}" if home.family_first else f"{first} {family}",
        email="" if rng.random() < WITHOUT_EMAIL else f"{address}{number}@example.com",
        locale=home.locale,
        time_zone=str(rng.choice(home.time_zones)),
        attributes={"came_through": str(rng.choice(CHANNELS)), "newsletter": bool(rng.random() < 0.42)},
        created_at=created_at.replace(microsecond=0),
    )


def _ascii(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
