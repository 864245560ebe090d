"""What a person looked at last: a list for finding back, which recommends nothing and so is not logged."""

from uuid import uuid4

from marketing.errors import InvalidInput
from marketing.selectors import Subject
from recsys import selectors
from recsys.serving.boosts import rule_book
from recsys.serving.lists import NoteCode, RankedItem, RankedList, Reason
from recsys.serving.ranking import LONGEST_LIST

VIEWED = Reason("recently_viewed")


def recently_viewed(subject: Subject, *, first: int) -> RankedList:
    """Items on offer that the person looked at, the newest first; none of who did not agree to personalisation.

    Raises:
        InvalidInput: names `first`.

    """
    if not 1 <= first <= LONGEST_LIST:
        raise InvalidInput("first", f"is {first}; expected a whole number from 1 to {LONGEST_LIST}")
    looked_at = selectors.recently_viewed(subject.identity_ids) if subject.personal else []
    rows = selectors.offered_items(
        looked_at,
        because=[None] * len(looked_at),
        first=first,
        condition=rule_book.current("").narrowed(selectors.ON_OFFER),
    )
    items = tuple(RankedItem(rank, 0.0, VIEWED, row) for rank, (_place, row) in enumerate(rows, 1))
    return RankedList(uuid4(), "viewed", items, None, _why_empty(subject, items))


def _why_empty(subject: Subject, items: tuple[RankedItem, ...]) -> tuple[NoteCode, ...]:
    if items:
        return ()
    if not subject.identity_ids:
        return ("nobody",)
    return ("nothing_viewed",) if subject.personal else ("not_personal",)
