"""The three lists: for a person, like an item, for everybody."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from uuid import UUID, uuid4

from django.conf import settings

from marketing.errors import InvalidInput, NotFound
from marketing.selectors import Subject
from recsys import selectors
from recsys.selectors import NO_HISTORY, Condition, History
from recsys.serving import candidates, interests
from recsys.serving.boosts import Rules, rule_book
from recsys.serving.bundle import Bundle, deployed
from recsys.serving.candidates import Reach
from recsys.serving.diversity import Variety
from recsys.serving.filling import Filled, Order, fill
from recsys.serving.filters import NO_FILTERS, Filters, condition_of
from recsys.serving.lists import MADE_BY_MODEL, Basis, NoteCode, RankedItem, RankedList
from recsys.serving.log import list_log

LONGEST_LIST = 100
LONGEST_PLACEMENT = 64
# The newest items that may stand in a list among which the model looks when those that it likes best may not.
MATCHING = 100_000


def recommend(
    subject: Subject,
    *,
    first: int,
    placement: str = "",
    exclude_seen: bool = True,
    filters: Filters = NO_FILTERS,
    variety: Variety | None = None,
    explores: bool = True,
) -> RankedList:
    """Items for one person: by the deployed artefact and her fresh history, filled up with what is trending.

    Two queries, history and items, however long the list is, and one where it has places for items that the artefact
    doesn't know; more only when much of the catalogue is not on offer or lets the filters through. `variety` is
    settings.RECOMMENDATION_DIVERSITY unless given. Where `explores` is off, as for staff who look at somebody's list,
    chance has no say.

    Raises:
        InvalidInput: names `first`, `placement`, `diversity`, `maxPerCategory`, `maxPerBrand` or a part of `filter`.

    """
    frame = _frame(first=first, placement=placement, filters=filters, variety=variety)
    past = selectors.history(subject.identity_ids) if subject.personal else NO_HISTORY
    bundle = deployed.for_person(subject)
    left_out = _left_out(past, exclude_seen=exclude_seen)
    order = frame.order(
        bundle=bundle,
        left_out=left_out,
        unwanted=past.unwanted,
        exploration=settings.RECOMMENDATION_EXPLORATION if explores else 0.0,
    )
    reach = frame.reach(order.depth + len(order.pins))
    trend = candidates.trending(rules=frame.rules, seen=left_out, reach=reach)
    if bundle is not None and candidates.knows(bundle, past):
        order = frame.with_newcomers(order, past, bundle=bundle)
        own = candidates.personal(bundle, past, exclude_seen=exclude_seen, rules=frame.rules, reach=reach)
    else:
        own = interests.by_interests(
            past, rules=frame.rules, condition=frame.condition, left_out=left_out, first=reach.first
        )
    filled = fill(chain(own, trend), order)
    codes = {item.reason.code for item in filled.items}
    by_model = not codes.isdisjoint(MADE_BY_MODEL)
    personal = by_model or "like_your_interests" in codes
    notes = _why_not_personal(subject, bundle=bundle, personal=personal)
    notes += frame.why_short(filled, any_seen=exclude_seen and len(past) > 0)
    basis: Basis = "personal" if personal else "trending"
    return _given_out(
        _ranked(order, basis, filled.items, bundle=bundle if by_model else None, notes=notes),
        placement=placement,
        subject=subject,
    )


def similar_items(
    item_id: UUID,
    *,
    first: int,
    placement: str = "",
    subject: Subject | None = None,
    exclude_seen: bool = True,
    filters: Filters = NO_FILTERS,
    variety: Variety | None = None,
) -> RankedList:
    """Items like this one, without those that `subject` has seen; filled up with what is trending.

    Raises:
        InvalidInput: as `recommend`.
        NotFound: no item has this id.

    """
    return _around(
        item_id,
        frame=_frame(first=first, placement=placement, filters=filters, variety=variety),
        subject=subject or Subject(),
        exclude_seen=exclude_seen,
        placement=placement,
        together=False,
    )


def bought_together(
    item_id: UUID,
    *,
    first: int,
    placement: str = "",
    subject: Subject | None = None,
    filters: Filters = NO_FILTERS,
    variety: Variety | None = None,
) -> RankedList:
    """Items that were bought with this one, also those that `subject` has seen; then what is like it, then trends.

    Raises:
        InvalidInput: as `recommend`.
        NotFound: no item has this id.

    """
    return _around(
        item_id,
        frame=_frame(first=first, placement=placement, filters=filters, variety=variety),
        subject=subject or Subject(),
        exclude_seen=False,
        placement=placement,
        together=True,
    )


def trending(
    *, first: int, placement: str = "", filters: Filters = NO_FILTERS, variety: Variety | None = None
) -> RankedList:
    """Items that many people preferred lately, the same for everybody.

    Raises:
        InvalidInput: as `recommend`.

    """
    frame = _frame(first=first, placement=placement, filters=filters, variety=variety)
    # Only variety asks the artefact anything here, so that a list of trends waits for none to be loaded.
    order = frame.order(bundle=deployed.current() if frame.variety.diversity else None)
    reach = frame.reach(order.depth + len(order.pins))
    filled = fill(candidates.trending(rules=frame.rules, reach=reach), order)
    notes = frame.why_short(filled, any_seen=False)
    return _given_out(
        _ranked(order, "trending", filled.items, bundle=None, notes=notes), placement=placement, subject=Subject()
    )


def _around(
    item_id: UUID, *, frame: "_Frame", subject: Subject, exclude_seen: bool, placement: str, together: bool
) -> RankedList:
    """A list around one item, which itself is not in it."""
    if selectors.item_title(item_id) is None:
        raise NotFound(f"item: no item has the id {item_id}")
    past = selectors.history(subject.identity_ids) if subject.personal else NO_HISTORY
    left_out = _left_out(past, exclude_seen=exclude_seen)() | {item_id.bytes}
    bundle = deployed.for_person(subject)
    order = frame.order(bundle=bundle, left_out=lambda: left_out, unwanted=lambda: past.unwanted() | {item_id.bytes})
    reach = frame.reach(order.depth + len(order.pins) + len(left_out))
    sources = [
        candidates.similar(bundle, item_id, seen=left_out, rules=frame.rules, reach=reach),
        candidates.trending(rules=frame.rules, seen=lambda: left_out, reach=reach),
    ]
    if together:
        sources.insert(0, candidates.bought_together(item_id, seen=left_out, rules=frame.rules))
    filled = fill(chain.from_iterable(sources), order)
    notes = frame.why_short(filled, any_seen=exclude_seen and len(past) > 0)
    basis: Basis = "together" if together else "similar"
    return _given_out(
        _ranked(order, basis, filled.items, bundle=bundle, notes=notes), placement=placement, subject=subject
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """What a list's arguments and staff's rules make of it before anybody's taste comes in."""

    first: int
    filtered: bool
    condition: Condition
    variety: Variety
    rules: Rules

    def order(
        self,
        *,
        bundle: Bundle | None,
        left_out: Callable[[], frozenset[bytes]] = frozenset,
        unwanted: Callable[[], frozenset[bytes]] = frozenset,
        exploration: float = 0.0,
    ) -> Order:
        return Order(
            list_id=uuid4(),
            first=self.first,
            condition=self.condition,
            selective=self.filtered,
            pins=self.rules.pins_of(first=self.first, left_out=unwanted),
            variety=self.variety,
            exploration=exploration,
            left_out=left_out,
            bundle=bundle,
        )

    def with_newcomers(self, order: Order, past: History, *, bundle: Bundle) -> Order:
        """The order with what is new and near to the interests, for its places beside what the artefact knows."""
        places = interests.new_places(self.first, share=settings.RECOMMENDATION_NEW_SHARE)
        pinned = frozenset(pin.item_id.bytes for pin in order.pins)
        found = interests.newcomers(
            past,
            bundle=bundle,
            places=len(places),
            rules=self.rules,
            condition=self.condition,
            left_out=lambda: order.left_out() | pinned,
        )
        return replace(order, newcomers=found, new_places=places)

    def reach(self, first: int) -> Reach:
        matching = cache(lambda: selectors.matching_ids(self.condition, first=MATCHING))  # model and trends ask for it
        return Reach(first, matching, selective=self.filtered)

    def why_short(self, filled: Filled, *, any_seen: bool) -> tuple[NoteCode, ...]:
        if len(filled.items) == self.first:
            return ()
        if filled.capped:
            return ("capped",)
        if self.filtered:
            return ("all_matching",) if filled.items else ("nothing_matches",)
        if filled.items:
            return ("all_unseen",) if any_seen else ("all_there_is",)
        return ("all_seen",) if any_seen else ("nothing_offered",)


def _frame(*, first: int, placement: str, filters: Filters, variety: Variety | None) -> _Frame:
    check_list(first=first, placement=placement)
    variety = variety or Variety(diversity=settings.RECOMMENDATION_DIVERSITY)
    variety.check()
    rules = rule_book.current(placement)
    condition = rules.narrowed(condition_of(filters))
    return _Frame(first, filters != NO_FILTERS, condition, variety, rules)


def check_list(*, first: int, placement: str = "") -> None:
    """Raises: InvalidInput: names `first` or `placement`."""
    if not 1 <= first <= LONGEST_LIST:
        raise InvalidInput("first", f"is {first}; expected a whole number from 1 to {LONGEST_LIST}")
    if len(placement) > LONGEST_PLACEMENT or not placement.isprintable():
        raise InvalidInput("placement", f"expected a name of at most {LONGEST_PLACEMENT} printable characters")


def _left_out(past: History, *, exclude_seen: bool) -> Callable[[], frozenset[bytes]]:
    """What the person is not to see again: what she has seen, or at least what she is against."""
    return past.seen if exclude_seen else past.unwanted


def _why_not_personal(subject: Subject, *, bundle: Bundle | None, personal: bool) -> tuple[NoteCode, ...]:
    if personal:
        return ()
    if not subject.identity_ids:
        return ("nobody",)
    if not subject.personal:
        return ("not_personal",)
    return ("no_model",) if bundle is None else ("no_history",)


def _ranked(
    order: Order,
    basis: Basis,
    items: tuple[RankedItem, ...],
    *,
    bundle: Bundle | None,
    notes: tuple[NoteCode, ...],
) -> RankedList:
    return RankedList(order.list_id, basis, items, bundle.artefact_id if bundle else None, notes)


def _given_out(ranked: RankedList, *, placement: str, subject: Subject) -> RankedList:
    """Log the list. It names nobody who did not agree to personalisation."""
    identity_id = subject.identity_ids[0] if subject.personal and subject.identity_ids else None
    list_log.add(ranked, placement=placement, identity_id=identity_id)
    return ranked
