"""Finds the ways of the graph, what each type of path is worth, and what their weighted sum leads to."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recsys.algorithms.contract import Progress, ignore_progress
from recsys.algorithms.knowledge_graph.config import Config
from recsys.algorithms.knowledge_graph.graph import PathType, Way, part_of, path_types, strongest, ways_of
from recsys.algorithms.knowledge_graph.weighing import weights_of, with_rules
from recsys.dataset import Csr, Interactions

Arrays = dict[str, npt.NDArray[Any]]


def fit(interactions: Interactions, config: Config, *, progress: Progress = ignore_progress) -> Arrays:
    """What `scorer.py` describes: links from item to item, and the arrows and types of paths that they came from.

    Raises:
        InvalidInput: no interactions, or no features that relate items.

    """
    interactions.training_matrix()
    features = interactions.known_features()
    ways = ways_of(features, config=config)
    progress(0.1, f"{sum(way.arrows.nnz for way in ways):,} arrows")
    types = path_types(ways, config=config)
    progress(0.5, f"{len(types)} types of paths")
    weights = weights_of(types, interactions=interactions, seed=config.seed)
    ruled = np.array([kind.second < 0 and _is_ruled(ways[kind.first], features.relations.sentences) for kind in types])
    weights = with_rules(weights, types, ruled=ruled, share=config.rule_share)
    kept = [
        (float(weights[number]), types[number]) for number in np.argsort(-weights, kind="stable") if weights[number]
    ]
    progress(0.9, "weights: " + ", ".join(f"{_said(kind, ways)} {weight:.2f}" for weight, kind in kept[:8]))
    links = _links(kept, n_items=interactions.n_items, neighbours=config.neighbours)
    arrays = {
        "indptr": links.indptr.astype(np.int32),
        "indices": links.indices.astype(np.int32),
        "values": links.data.astype(np.float32),
        **_path_arrays(kept, ways=ways, sentences=features.relations.sentences),
    }
    progress(1.0, "linked items")
    return arrays


def _links(kept: list[tuple[float, PathType]], *, n_items: int, neighbours: int) -> Csr:
    total: Any = sparse.csr_array((n_items, n_items), dtype=np.float32)
    for weight, kind in kept:
        total = total + np.float32(weight) * kind.reach
    total.sort_indices()
    return part_of(total, strongest(total, kept=neighbours))


def _path_arrays(kept: list[tuple[float, PathType]], *, ways: list[Way], sentences: tuple[str, ...]) -> Arrays:
    used = sorted({number for _, kind in kept for number in (kind.first, kind.second) if number >= 0})
    places = {-1: -1, **{number: place for place, number in enumerate(used)}}
    own = [ways[number] for number in used]
    arrows = sparse.vstack([way.arrows for way in own], format="csr")
    return {
        "arrow_indptr": arrows.indptr.astype(np.int32),
        "arrow_indices": arrows.indices.astype(np.int32),
        "arrow_values": arrows.data.astype(np.float32),
        "arrow_kinds": np.concatenate([way.kinds for way in own]).astype(np.int32),
        "way_names": _bytes([way.relation for way in own]),
        "way_forward": np.array([way.forward for way in own], np.int32),
        "sentences": _bytes(sentences),
        "path_first": np.array([places[kind.first] for _, kind in kept], np.int32),
        "path_second": np.array([places[kind.second] for _, kind in kept], np.int32),
        "path_weights": np.array([weight for weight, _ in kept], np.float32),
    }


def _bytes(texts: list[str] | tuple[str, ...]) -> npt.NDArray[np.int32]:
    """Bytes of UTF-8, each text ended by a zero, which none of the database's texts can hold."""
    return np.frombuffer("".join(f"{text}\0" for text in texts or ("",)).encode(), np.uint8).astype(np.int32)


def _is_ruled(way: Way, sentences: tuple[str, ...]) -> bool:
    """Whether staff's words go with any of the arrows, and in the direction taken."""
    spoken = np.array([bool(sentence) for sentence in sentences], bool)
    told = way.kinds[(way.kinds >= 0) & (way.kinds < len(spoken))]
    return way.forward and bool(spoken[told].any())


def _said(kind: PathType, ways: list[Way]) -> str:
    steps = [ways[number] for number in (kind.first, kind.second) if number >= 0]
    return " ".join(f"{way.relation}{'' if way.forward else ' back'}" for way in steps)
