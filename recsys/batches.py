"""The best items for many people: scored and ranked in blocks of bounded size, on several threads, in order."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from recsys.algorithms.contract import Scorer, Sequences, scores_of
from recsys.algorithms.inner_products import Best, ByInnerProducts, LongestFirst
from recsys.dataset import Csr
from recsys.ranking import top_items

# Scores are dense for a block of people: a million float32 are 4 MiB, which stay in the cache. One block a thread.
BLOCK_ENTRIES = 1_000_000

# The first row of a block and its scores (b, items) in, the scores that are ranked out.
Adjust = Callable[[int, npt.NDArray[np.float32]], npt.NDArray[np.float32]]
# The first row of a block and its history in, the block's lists out.
Ranker = Callable[[int, Csr], Best]


class Batch(NamedTuple):
    """Lists of one block of people."""

    rows: npt.NDArray[np.int64]  # (b,) rows of the history, rising
    places: npt.NDArray[np.int64]  # (b, min(k, items)) item places, best first
    scores: npt.NDArray[np.float32]  # (b, min(k, items)); -inf where a list ran out of items that are not left out


def top_for_all(
    scorer: Scorer,
    history: Csr,
    *,
    k: int,
    seen: "Csr | None" = None,
    sequences: Sequences | None = None,
    adjusted: Adjust | None = None,
    threads: int | None = None,
) -> Iterator[Batch]:
    """Lists of everyone in `history` `(users, items)`, block by block in the order of its rows.

    `seen` `(users, items)` says what is left out of a person's list: usually the history itself, None for nothing.
    `sequences` gives the order of all histories to a scorer that minds it.
    `adjusted` gives a block's scores as they shall be ranked, on the block's own thread.
    `threads` is how many blocks are worked on at once, by default one for each processor; as many blocks are held in
    memory, whatever the number of people. Where scores are inner products and nothing adjusts them, only the items are
    scored that can be on a list: the same lists within rounding.
    """
    workers = threads or _processors()
    best, width = _ranker(scorer, k=k, seen=seen, sequences=sequences, adjusted=adjusted)
    people = max(1, BLOCK_ENTRIES // max(width, 1))
    starts = range(0, history.shape[0], people)

    def rank(start: int) -> Batch:
        own = history[start : start + people]
        places, scores = best(start, own)
        return Batch(np.arange(start, start + own.shape[0]), places, scores)

    # The blocks are the threads' work: linear algebra with threads of its own in each of them would only get in the way.
    with ThreadPoolExecutor(workers) as pool, threadpool_limits(1, user_api="blas"):
        yield from _in_order(pool, rank, starts, ahead=workers)


def _ranker(
    scorer: Scorer, *, k: int, seen: "Csr | None", sequences: Sequences | None, adjusted: Adjust | None
) -> tuple[Ranker, int]:
    """What ranks a block of people that begins at a row, and how many items it scores for each of them."""
    if adjusted is None and isinstance(scorer, ByInnerProducts):
        longest, vectors = LongestFirst(scorer.factors), scorer.vectors

        def from_longest(start: int, history: Csr) -> Best:
            return longest.best(vectors(history), k=k, seen=_rows(seen, start, history.shape[0]))

        return from_longest, longest.first_size(k=k)

    in_order = cache(sequences) if sequences is not None else None

    def from_all(start: int, history: Csr) -> Best:
        own = slice(start, start + history.shape[0])
        scores = scores_of(scorer, history, sequences=(lambda length: in_order(length)[own]) if in_order else None)
        if adjusted is not None:
            scores = adjusted(start, scores)
        left_out = _rows(seen, start, history.shape[0])
        if left_out is not None:
            scores[np.repeat(np.arange(len(scores)), np.diff(left_out.indptr)), left_out.indices] = -np.inf
        places = top_items(scores, k=k)
        return Best(places, np.take_along_axis(scores, places, axis=1))

    return from_all, scorer.n_items


def _rows(matrix: "Csr | None", start: int, count: int) -> "Csr | None":
    return None if matrix is None else matrix[start : start + count]


def _in_order(pool: ThreadPoolExecutor, work: Callable[[int], Batch], starts: range, *, ahead: int) -> Iterator[Batch]:
    """Results in the order of `starts`, with never more than `ahead` of them under way or waiting."""
    under_way: deque[Future[Batch]] = deque()
    for start in starts:
        under_way.append(pool.submit(work, start))
        if len(under_way) >= ahead:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
