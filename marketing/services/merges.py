"""Two customers who are one person: identities move to the one who is kept, and back when it was a mistake.

`Customer.merged_into` always names the customer who stands in the end, so that every read follows it in one step. The
rows of `CustomerMerge` keep the way there.
"""

import uuid

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from marketing.errors import Conflict, NotFound
from marketing.models import Customer, CustomerMerge, Identity, User
from marketing.services import audit, webhooks

# Merges wait for each other, whomever they are of: only then is what one of them has checked still so when it writes.
TURN = "SELECT pg_advisory_xact_lock(hashtextextended('attune.merges', 0))"
# Everybody who turned out to be this customer, by merges that stand, directly or through others.
MERGED_INTO = """
WITH RECURSIVE below AS (
    SELECT merged_id FROM marketing_customermerge WHERE kept_id = %(customer)s AND undone_at IS NULL
    UNION
    SELECT merge.merged_id FROM marketing_customermerge merge JOIN below ON merge.kept_id = below.merged_id
    WHERE merge.undone_at IS NULL
)
SELECT merged_id FROM below
"""


def merge_customers(*, kept: Customer, merged: Customer, user: User | None) -> CustomerMerge:
    """Make `merged` one person with `kept`, whose are all identities from now on. Events stay as they are.

    Raises:
        Conflict: the same customer twice, or one of the two is merged away already: says whom to take.
        NotFound: one of the two is gone.

    """
    with transaction.atomic():
        _wait_for_turn()
        kept, merged = _locked(kept.pk, merged.pk)
        _check_pair(kept, merged)
        moved = _move(Identity.objects.filter(customer=merged), to=kept)
        Customer.objects.filter(Q(pk=merged.pk) | Q(merged_into=merged)).update(merged_into=kept)
        merge = CustomerMerge.objects.create(kept=kept, merged=merged, moved=moved, merged_by=user)
        after = {"kept": str(kept.pk), "identities": moved}
        audit.record(action="merge-customers", row=merged, before={"kept": None}, after=after, user=user)
        _tell(merge, undone=False)
    return merge


def undo_merge(*, merge: CustomerMerge, user: User | None) -> CustomerMerge:
    """Part the two customers again: what moved goes back, if it still is where it moved to.

    So do names of the merged customer that came up after the merge, as those of another source.

    Raises:
        Conflict: undone already, or the kept customer was merged on: that merge must be undone first.
        NotFound: the merge is gone.

    """
    with transaction.atomic():
        _wait_for_turn()
        merge = _standing_merge(merge.pk)
        kept, merged = _locked(merge.kept_id, merge.merged_id)
        if kept.merged_into_id is not None:
            raise Conflict(f"merge: {_named(kept)} was merged on since; undo that merge first")
        below = _merged_into(merged)
        names = Customer.objects.filter(pk__in=[merged.pk, *below]).values("external_id")
        own = Q(pk__in=merge.moved) | Q(kind=Identity.Kind.CUSTOMER, value__in=names)
        moved = _move(Identity.objects.filter(own, customer=kept), to=merged)
        Customer.objects.filter(pk=merged.pk).update(merged_into=None)
        Customer.objects.filter(pk__in=below).update(merged_into=merged)
        merge.undone_at, merge.undone_by = timezone.now(), user
        merge.save(update_fields=["undone_at", "undone_by"])
        before = {"kept": str(kept.pk)}
        audit.record(
            action="undo-merge", row=merged, before=before, after={"kept": None, "identities": moved}, user=user
        )
        _tell(merge, undone=True)
    return merge


def _wait_for_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute(TURN)


def _locked(*pks: uuid.UUID) -> list[Customer]:
    """The customers in the order of the keys, kept from others until the transaction ends, and all merged into them.

    Locked in the order in which batches of customers and events lock theirs, so that none waits in a circle.
    """
    found = Customer.objects.filter(Q(pk__in=pks) | Q(merged_into__in=pks))
    rows = {row.pk: row for row in found.select_for_update().order_by("external_id")}
    if missing := [pk for pk in pks if pk not in rows]:
        raise NotFound(f"customer: there is none with the key {missing[0]}")
    return [rows[pk] for pk in pks]


def _check_pair(kept: Customer, merged: Customer) -> None:
    if kept.pk == merged.pk:
        raise Conflict("customer: two different customers expected, got the same one twice")
    if merged.merged_into is not None:
        raise Conflict(f"customer: {_named(merged)} is merged into {_named(merged.merged_into)} already")
    if kept.merged_into_id == merged.pk:
        raise Conflict(f"customer: {_named(kept)} is merged into {_named(merged)} itself; undo that first")
    if kept.merged_into is not None:
        raise Conflict(f"customer: {_named(kept)} is merged away; merge into {_named(kept.merged_into)} instead")


def _standing_merge(pk: uuid.UUID) -> CustomerMerge:
    merge = CustomerMerge.objects.select_for_update().filter(pk=pk).first()
    if merge is None:
        raise NotFound("merge: it is gone")
    if merge.undone_at is not None:
        raise Conflict("merge: it is undone already")
    return merge


def _move(identities: QuerySet[Identity], *, to: Customer) -> list[int]:
    """Point the identities at another customer, and give their ids."""
    ids = list(identities.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    Identity.objects.filter(pk__in=ids).update(customer=to)
    return ids


def _merged_into(customer: Customer) -> list[uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute(MERGED_INTO, {"customer": customer.pk})
        return [pk for (pk,) in cursor.fetchall()]


def _tell(merge: CustomerMerge, *, undone: bool) -> None:
    told = {"kept": merge.kept.external_id, "merged": merge.merged.external_id, "undone": undone}
    webhooks.tell(topic="customer.merged", payload={"id": merge.pk, **told})


def _named(customer: Customer) -> str:
    return f"“{customer.external_id}”"
