"""A kind of run that does in its process what its configuration says, so that tests can see every way to end."""

import os
import signal
import threading
from pathlib import Path

import numpy as np

from marketing.errors import ArtefactCorrupt, InvalidInput, TemporarilyUnavailable
from marketing.runs import store
from marketing.runs.kinds import Verdict


class Scripted:
    """`until` names a file that it waits for; `end` says how it ends."""

    def validate_config(self, config):
        if unknown := set(config) - {"until", "end"}:
            raise InvalidInput(unknown.pop(), "is not a setting of this run; expected until or end")
        return dict(config)

    def train(self, run):
        run.log(f"process {os.getpid()}")
        run.progress(0.5, "waiting")
        while (path := run.config.get("until")) and not Path(path).exists():
            threading.Event().wait(0.02)
        return getattr(self, run.config.get("end", "deploy"))()

    def deploy(self, weights=(1.0, 2.0)):
        return Verdict(
            deploy=True, reason="Good.", metrics={"ndcg@10": 0.5}, arrays={"weights": np.array(weights, np.float32)}
        )

    def hold(self):
        return Verdict(deploy=False, reason="Held back: worse.", metrics={"ndcg@10": 0.1})

    def refuse(self):
        raise InvalidInput("events", "there are none; expected some")

    def stumble(self):
        raise TemporarilyUnavailable("The feature store did not answer.")

    def crash(self):
        raise ZeroDivisionError("a bug")

    def kill(self):
        os.kill(os.getpid(), signal.SIGKILL)

    def not_a_number(self):
        return self.deploy(weights=(1.0, np.nan))

    def negative(self):
        return self.deploy(weights=(-1.0,))

    def check(self, artefact_path):
        if (store.read_file(artefact_path).arrays["weights"] < 0).any():
            raise ArtefactCorrupt("the known question is answered with a negative weight")
