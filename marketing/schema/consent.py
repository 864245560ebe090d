"""What people agree to, asked and said by themselves."""

from datetime import UTC, datetime
from enum import Enum
from typing import Self

import strawberry
from strawberry.types import Info

from marketing.access import Caller
from marketing.errors import NotAllowed
from marketing.graphql import Customers, Visitors, caller, field, mutation
from marketing.selectors import StandingConsent, consents_of, consents_of_strangers, subject_of_identity
from marketing.services.consent import answer_now


@strawberry.enum(
    description="What data may be used for: reports that know the person; what is recommended and advertised to them;"
    " messages to them."
)
class ConsentPurpose(Enum):
    ANALYTICS = "analytics"
    PERSONALISATION = "personalisation"
    MARKETING = "marketing"


@strawberry.type(name="Consent", description="What holds for a person about one purpose.")
class ConsentType:
    purpose: ConsentPurpose
    granted: bool
    given_at: datetime | None = strawberry.field(
        description="When the person said so; null where they never did, and what the shop assumes holds."
    )

    @classmethod
    def from_standing(cls, consent: StandingConsent) -> Self:
        return cls(purpose=ConsentPurpose(consent.purpose), granted=consent.granted, given_at=consent.given_at)


@strawberry.type
class SetConsentPayload:
    consents: list[ConsentType] = strawberry.field(description="What holds now, about every purpose.")


@strawberry.type
class Query:
    @field(
        rule=Customers() | Visitors(),
        description="What the viewer agreed to, by all names that they go by, about every purpose.",
    )
    def my_consent(self, info: Info) -> list[ConsentType]:
        return _consents(caller(info))


@strawberry.type
class Mutation:
    @mutation(
        rule=Customers() | Visitors(),
        rate="caller",
        description="Agree to a purpose or refuse it. It counts from the next call on; to say the same again is fine.",
    )
    def set_consent(self, info: Info, purpose: ConsentPurpose, *, granted: bool) -> SetConsentPayload:
        asking = caller(info)
        identity = asking.own_identity()
        if identity is None:
            raise NotAllowed("Only a customer or visitor can answer for themselves.")
        answer_now(identity=identity, purpose=purpose.value, granted=granted, now=datetime.now(UTC))
        identity_ids = subject_of_identity(identity).identity_ids
        return SetConsentPayload(consents=[ConsentType.from_standing(found) for found in consents_of(identity_ids)])


def _consents(asking: Caller) -> list[ConsentType]:
    if asking.identity is not None:
        found = consents_of(subject_of_identity(asking.identity).identity_ids)
    else:
        found = consents_of_strangers(asking.source) if asking.source else []
    return [ConsentType.from_standing(consent) for consent in found]
