"""Who reads moods in this process: the deployed model, or else rules over English words."""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.conf import settings

from marketing.errors import ArtefactCorrupt
from marketing.models import Artefact
from marketing.runs import deployments, store
from marketing.text.sentiment import Mood, SentimentModel, rules

logger = logging.getLogger(__name__)

SLOT: Final = "sentiment"
# What stands in the rows that no model read.
RULES: Final = "rules"
# An artefact that could not be loaded is tried again after this many seconds.
RETRY_SECONDS: Final = 30.0


@dataclass(frozen=True, eq=False)
class Reader:
    """`name` stands in the rows that it read."""

    name: str
    model: SentimentModel
    artefact_id: UUID | None = None

    def moods(self, texts: Sequence[str], *, languages: Sequence[str]) -> list[Mood]:
        """The mood of each text; its score is None where it can't be told: no words, or an unknown language."""
        return self.model.moods(texts, languages)


class Deployed:
    """Holds the reader of this process and looks for a new deployment now and then. What was held serves until then."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Start as a fresh process would."""
        self._reader = Reader(RULES, rules())
        self._look_at = 0.0
        self._failed: tuple[UUID, float] | None = None

    def current(self) -> Reader:
        with self._lock:
            if time.monotonic() >= self._look_at:
                self._look()
                self._look_at = time.monotonic() + settings.DEPLOYMENT_CHECK_SECONDS
            return self._reader

    def _look(self) -> None:
        deployment = deployments.current(SLOT)
        if deployment is None:
            self._reader = Reader(RULES, rules())
        elif deployment.champion_id != self._reader.artefact_id:
            self._load(deployment.champion)

    def _load(self, artefact: Artefact) -> None:
        """What can't be loaded is logged once, and tried again after a while."""
        if self._failed and self._failed[0] == artefact.pk and time.monotonic() < self._failed[1]:
            return
        try:
            model = SentimentModel.from_arrays(store.open_artefact(artefact).arrays)
        except ArtefactCorrupt:
            if not self._failed or self._failed[0] != artefact.pk:
                logger.exception("could not load %s; what read before reads on", artefact)
            self._failed = (artefact.pk, time.monotonic() + RETRY_SECONDS)
            return
        self._reader, self._failed = Reader(str(artefact), model, artefact.pk), None


deployed = Deployed()
