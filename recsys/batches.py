"""The best items for many people: scored and ranked in blocks of bounded size, on several threads, in order."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from recsys.algorithms.contract import Scorer
from recsys.dataset import Csr
from recsys.ranking import top_items

# Scores are dense for a block of people: 5 million float32 are 20 MiB, one block a thread.
BLOCK_ENTRIES = 5_000_000

# The first row of a block and its scores (b, items) in, the scores that are ranked out.
Adjust = Callable[[int, npt.NDArray[np.float32]], npt.NDArray[np.float32]]


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
    adjusted: Adjust | None = None,
    threads: int | None = None,
) -> Iterator[Batch]:
    """Lists of everyone in `history` `(users, items)`, block by block in the order of its rows.

    `seen` `(users, items)` says what is left out of a person's list: usually the history itself, None for nothing.
    `adjusted` gives a block's scores as they shall be ranked, on the block's own thread.
    `threads` is how many blocks are worked on at once, by default one for each processor; as many blocks are held in
    memory, whatever the number of people.
    """
    workers = threads or _processors()
    people = max(1, BLOCK_ENTRIES // max(scorer.n_items, 1))
    starts = range(0, history.shape[0], people)

    def rank(start: int) -> Batch:
        return _rank(scorer, history, start=start, stop=start + people, k=k, seen=seen, adjusted=adjusted)

    # The blocks are the threads' work: linear algebra with threads of its own in each of them would only get in the way.
    with ThreadPoolExecutor(workers) as pool, threadpool_limits(1, user_api="blas"):
        yield from _in_order(pool, rank, starts, ahead=workers)


def _rank(
    scorer: Scorer, history: Csr, *, start: int, stop: int, k: int, seen: "Csr | None", adjusted: Adjust | None
) -> Batch:
    scores = scorer.score(history[start:stop])
    if adjusted is not None:
        scores = adjusted(start, scores)
    if seen is not None:
        block = seen[start:stop]
        scores[np.repeat(np.arange(len(scores)), np.diff(block.indptr)), block.indices] = -np.inf
    places = top_items(scores, k=k)
    return Batch(np.arange(start, start + len(scores)), places, np.take_along_axis(scores, places, axis=1))


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
