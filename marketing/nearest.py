"""Nearest neighbours among stored vectors: what every such query needs besides its own SQL."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from django.db import connection

# The index of each space is over vectors of one length; a query has to cast as it does.
DIMENSIONS: Final = {"english": 384, "multilingual": 512}
# The index gives its nearest first and goes on while rows are filtered away; without this 20 asked for may come back as
# none. Sent with the query as one message, which is one transaction.
GO_ON: Final = "SET LOCAL hnsw.iterative_scan = relaxed_order;"


def similarity(space: str, *, vector: str = "embedding.vector", to: str = "%(near)s") -> str:
    """SQL of the negated cosine of a stored unit vector and another, as the space's index has it; smallest is nearest."""
    cast = f"vector({DIMENSIONS[space]})"
    return f"(({vector}::{cast}) <#> {to}::{cast})"


def fetch_nearest(statement: str, parameters: Mapping[str, Any] | Sequence[Any]) -> Sequence[tuple[Any, ...]]:
    """All rows of one statement that orders by `similarity`. One message to the database."""
    with connection.cursor() as cursor:
        cursor.execute(GO_ON + statement, parameters)
        cursor.nextset()
        return list(cursor.fetchall())


def as_vector(values: npt.NDArray[Any]) -> str:
    """The values `(d,)` as the database reads a vector."""
    return "[" + ",".join(np.asarray(values, np.float32).astype(str).tolist()) + "]"
