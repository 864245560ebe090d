"""The deployed artefacts that this process serves from, champion and canary, swapped whole when others are deployed."""

import hashlib
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.conf import settings

from marketing.errors import ArtefactCorrupt
from marketing.models import Artefact, Deployment
from marketing.runs import deployments, store
from marketing.selectors import Subject
from recsys.algorithms import config_class, load_scorer
from recsys.algorithms.contract import Scorer
from recsys.item_ids import as_keys, places_of

logger = logging.getLogger(__name__)

SLOT = "recommender"
# An artefact that could not be loaded is tried again after this many seconds.
RETRY_SECONDS = 30.0
SCORER_PREFIX = "scorer."


@dataclass(frozen=True, eq=False)
class Bundle:
    """Everything that one artefact needs to rank: the ids, the scorer and the index belong together.

    `item_ids` `(items, 16)` uint8 are the bytes of the items' UUIDs in the order of the scorer's columns. The index is
    the same ids sorted, `keys` `(items,)`, and the column of each, `columns` `(items,)`: 24 bytes an item, where a dict
    of UUIDs would take some 200 in every process.
    """

    artefact_id: UUID
    algorithm: str
    scorer: Scorer
    item_ids: npt.NDArray[np.uint8]
    keys: npt.NDArray[np.bytes_]
    columns: npt.NDArray[np.int64]

    @classmethod
    def from_arrays(
        cls, *, artefact_id: UUID, arrays: Mapping[str, npt.NDArray[Any]], manifest: Mapping[str, Any]
    ) -> Self:
        """Bundle over what training wrote; large arrays stay memory maps.

        Raises:
            ArtefactCorrupt: ids and scorer don't fit together, or something is missing.

        """
        if "item_ids" not in arrays or "algorithm" not in manifest:
            raise ArtefactCorrupt("the array 'item_ids' or the manifest's 'algorithm' is missing")
        algorithm = manifest["algorithm"]
        own = {
            name.removeprefix(SCORER_PREFIX): array for name, array in arrays.items() if name.startswith(SCORER_PREFIX)
        }
        scorer = load_scorer(algorithm).from_arrays(own, config_class(algorithm).from_dict(manifest.get("config", {})))
        item_ids = arrays["item_ids"]
        if item_ids.shape != (scorer.n_items, 16) or item_ids.dtype != np.uint8:
            raise ArtefactCorrupt(
                f"the array 'item_ids' is {item_ids.dtype} of shape {item_ids.shape}; "
                f"expected uint8 of shape ({scorer.n_items}, 16)"
            )
        keys = as_keys(item_ids)
        columns = np.argsort(keys, kind="stable")
        return cls(artefact_id, algorithm, scorer, item_ids, keys[columns], columns)

    def item_id(self, position: int) -> UUID:
        return UUID(bytes=self.item_ids[position].tobytes())

    def positions(self, item_ids: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
        """Columns `(k,)` of these ids `(k, 16)`; -1 for those that the artefact does not know."""
        found = places_of(item_ids, keys=self.keys)
        columns = np.full(len(found), -1, np.int64)
        columns[found >= 0] = self.columns[found[found >= 0]]
        return columns


@dataclass(frozen=True, eq=False)
class Standing:
    """What a process serves from, swapped whole: never one deployment's canary with another one's champion."""

    champion: Bundle | None = None
    canary: Bundle | None = None
    share: float = 0.0

    def holds(self, artefact_id: UUID) -> Bundle | None:
        held = (bundle for bundle in (self.champion, self.canary) if bundle and bundle.artefact_id == artefact_id)
        return next(held, None)


class Deployed:
    """Holds the bundles of one slot for this process and looks for a new deployment now and then.

    One request looks and loads while the others are served from the bundles at hand; only the very first wait.
    """

    def __init__(self, slot: str) -> None:
        self._slot = slot
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Start as a fresh process would."""
        self._standing = Standing()
        self._look_at = 0.0
        self._started = False
        self._failed: dict[UUID, float] = {}  # artefacts that could not be loaded, and when to try again

    def current(self) -> Bundle | None:
        """The champion to serve from; None when nothing is deployed, or nothing that could be loaded yet."""
        return self._fresh().champion

    def for_person(self, subject: Subject) -> Bundle | None:
        """The bundle that this person's lists are made from: the canary for its share of the people, or the champion.

        Nobody, and who did not agree to personalisation, gets the champion: nothing could be learned from them.
        """
        standing = self._fresh()
        if standing.canary is None or not subject.personal or not subject.identity_ids:
            return standing.champion
        person = subject.customer_id.bytes if subject.customer_id else subject.identity_ids[0].to_bytes(8)
        tries = is_of_canary(person, canary_id=standing.canary.artefact_id, share=standing.share)
        return standing.canary if tries else standing.champion

    def _fresh(self) -> Standing:
        if time.monotonic() < self._look_at:
            return self._standing
        if self._lock.acquire(blocking=not self._started):
            try:
                if time.monotonic() >= self._look_at:
                    self._look()
            finally:
                self._lock.release()
        return self._standing

    def _look(self) -> None:
        deployment, held = deployments.current(self._slot), self._standing
        if deployment is None:
            self._standing, self._failed = Standing(), {}
        else:
            canary = self._bundle_of(deployment.canary) if deployment.canary else None
            # What was served before keeps serving while its follower can't be loaded.
            champion = self._bundle_of(deployment.champion) or held.champion
            self._standing = Standing(champion, canary, deployment.canary_share)
            self._failed = {pk: at for pk, at in self._failed.items() if pk in _named(deployment)}
        self._started = True
        self._look_at = time.monotonic() + settings.DEPLOYMENT_CHECK_SECONDS

    def _bundle_of(self, artefact: Artefact) -> Bundle | None:
        """The artefact's bundle, the one at hand if there is; None when it can't be loaded, which is logged once."""
        if held := self._standing.holds(artefact.pk):
            return held
        if time.monotonic() < self._failed.get(artefact.pk, 0.0):
            return None
        try:
            loaded = store.open_artefact(artefact)
            bundle = Bundle.from_arrays(artefact_id=artefact.pk, arrays=loaded.arrays, manifest=loaded.manifest)
        except Exception:  # whatever is wrong with new bytes, the old ones still serve
            if artefact.pk not in self._failed:
                logger.exception("could not load artefact %s; what was served before keeps serving", artefact.pk)
            self._failed[artefact.pk] = time.monotonic() + RETRY_SECONDS
            return None
        self._failed.pop(artefact.pk, None)
        logger.info("serving artefact %s: %s over %d items", artefact.pk, bundle.algorithm, len(bundle.item_ids))
        return bundle


def is_of_canary(person: bytes, *, canary_id: UUID, share: float) -> bool:
    """Whether a person is among the share of the people who try a canary.

    The same in every process and on every machine. The canary's id stands in the hash, so that it isn't always the
    same people who try what is new; with a larger share those of the smaller one remain.
    """
    digest = hashlib.blake2b(person, key=canary_id.bytes, digest_size=8).digest()
    return int.from_bytes(digest) < share * 2**64


def _named(deployment: Deployment) -> set[UUID | None]:
    return {deployment.champion_id, deployment.canary_id}


deployed = Deployed(SLOT)
