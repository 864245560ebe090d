"""The three lists: for a person, like an item, for everybody."""

from collections.abc import Callable, Iterator
from itertools import chain, islice
from uuid import UUID, uuid4

from marketing.errors import InvalidInput, NotFound
from marketing.selectors import Subject
from recsys import selectors
from recsys.selectors import NO_HISTORY
from recsys.serving import candidates
from recsys.serving.bundle import Bundle, deployed
from recsys.serving.lists import Basis, Candidate, NoteCode, RankedItem, RankedList, Reason
from recsys.serving.log import list_log

LONGEST_LIST = 100
LONGEST_PLACEMENT = 64
# More candidates than wanted are asked for at once, since some won't be on offer.
SPARE = 10
MADE_BY_MODEL = frozenset({"because_you", "similar_customers", "popular"})


def recommend(subject: Subject, *, first: int, placement: str = "", exclude_seen: bool = True) -> RankedList:
    """Items for one person: by the deployed artefact and her fresh history, filled up with what is trending.

    Two queries, history and items, however long the list is; more only when much of the catalogue is not on offer.

    Raises:
        InvalidInput: names `first` or `placement`.

    """
    _check(first=first, placement=placement)
    past = selectors.history(subject.identity_ids) if subject.personal else NO_HISTORY
    bundle = deployed.current()
    own = candidates.personal(bundle, past, exclude_seen=exclude_seen, first=first + SPARE) if bundle else iter(())
    seen = past.seen if exclude_seen else frozenset
    items = _fill(chain(own, candidates.trending(seen=seen)), first=first, seen=seen)
    personal = any(item.reason.code in MADE_BY_MODEL for item in items)
    notes = _why_not_personal(subject, bundle=bundle, personal=personal)
    notes += _why_short(items, first=first, any_seen=exclude_seen and len(past) > 0)
    ranked = _ranked("personal" if personal else "trending", items, bundle=bundle if personal else None, notes=notes)
    list_log.add(ranked, placement=placement, identity_id=_identity(subject))
    return ranked


def similar_items(
    item_id: UUID, *, first: int, subject: Subject | None = None, exclude_seen: bool = True
) -> RankedList:
    """Items like this one, without those that `subject` has seen; filled up with what is trending.

    Raises:
        InvalidInput: names `first`.
        NotFound: no item has this id.

    """
    _check(first=first)
    if selectors.item_title(item_id) is None:
        raise NotFound(f"item: no item has the id {item_id}")
    past = selectors.history(subject.identity_ids) if subject and subject.personal and exclude_seen else NO_HISTORY
    left_out = past.seen() | {item_id.bytes}
    bundle = deployed.current()
    own = candidates.similar(bundle, item_id, seen=left_out, first=first + SPARE + len(left_out))
    items = _fill(chain(own, candidates.trending(seen=lambda: left_out)), first=first, seen=lambda: left_out)
    notes = _why_short(items, first=first, any_seen=len(past) > 0)
    ranked = _ranked("similar", items, bundle=bundle, notes=notes)
    list_log.add(ranked, placement="", identity_id=_identity(subject) if subject else None)
    return ranked


def trending(*, first: int) -> RankedList:
    """Items that many people preferred lately, the same for everybody.

    Raises:
        InvalidInput: names `first`.

    """
    _check(first=first)
    items = _fill(candidates.trending(), first=first, seen=frozenset)
    ranked = _ranked("trending", items, bundle=None, notes=_why_short(items, first=first, any_seen=False))
    list_log.add(ranked, placement="", identity_id=None)
    return ranked


def _check(*, first: int, placement: str = "") -> None:
    if not 1 <= first <= LONGEST_LIST:
        raise InvalidInput("first", f"is {first}; expected a whole number from 1 to {LONGEST_LIST}")
    if len(placement) > LONGEST_PLACEMENT or not placement.isprintable():
        raise InvalidInput("placement", f"expected a name of at most {LONGEST_PLACEMENT} printable characters")


def _fill(source: Iterator[Candidate], *, first: int, seen: Callable[[], frozenset[bytes]]) -> tuple[RankedItem, ...]:
    """Go down the candidates until the list is full of items on offer; take the newest items when they run out."""
    chosen: list[RankedItem] = []
    met: set[int] = set()
    depth = first + SPARE
    while len(chosen) < first and (batch := list(islice(_unmet(source, met), depth))):
        rows = selectors.offered_items(
            [candidate.item_id for candidate in batch],
            because=[candidate.reason.because for candidate in batch],
            first=first - len(chosen),
        )
        for place, row in rows:
            chosen.append(RankedItem(len(chosen) + 1, batch[place].score, batch[place].reason, row))
        depth *= 4
    if len(chosen) < first:
        leave_out = {UUID(int=number) for number in met} | {UUID(bytes=item_id) for item_id in seen()}
        for row in selectors.newest_offered(first=first - len(chosen), leave_out=leave_out):
            chosen.append(RankedItem(len(chosen) + 1, 0.0, Reason("new"), row))
    return tuple(chosen)


def _unmet(source: Iterator[Candidate], met: set[int]) -> Iterator[Candidate]:
    """Candidates that no earlier source has named. Their ids are entered in `met`, as numbers, which hash faster."""
    for candidate in source:
        if candidate.item_id.int not in met:
            met.add(candidate.item_id.int)
            yield candidate


def _why_not_personal(subject: Subject, *, bundle: Bundle | None, personal: bool) -> tuple[NoteCode, ...]:
    if personal:
        return ()
    if not subject.identity_ids:
        return ("nobody",)
    if not subject.personal:
        return ("not_personal",)
    return ("no_model",) if bundle is None else ("no_history",)


def _why_short(items: tuple[RankedItem, ...], *, first: int, any_seen: bool) -> tuple[NoteCode, ...]:
    if len(items) == first:
        return ()
    if items:
        return ("all_unseen",) if any_seen else ("all_there_is",)
    return ("all_seen",) if any_seen else ("nothing_offered",)


def _ranked(
    basis: Basis, items: tuple[RankedItem, ...], *, bundle: Bundle | None, notes: tuple[NoteCode, ...]
) -> RankedList:
    return RankedList(uuid4(), basis, items, bundle.artefact_id if bundle else None, notes)


def _identity(subject: Subject) -> int | None:
    """Whom the log names: nobody who did not agree to personalisation."""
    return subject.identity_ids[0] if subject.personal and subject.identity_ids else None
