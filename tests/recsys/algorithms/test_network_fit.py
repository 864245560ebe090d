"""What all networks share, seen on the embedding network."""

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from marketing.errors import InvalidInput
from recsys.algorithms import config_class, load_fit, load_scorer, network_fit
from recsys.algorithms.contract import FitDiverged
from recsys.algorithms.device_fit import ENTRIES, Room
from recsys.algorithms.network_checkpoints import CHECKPOINTS
from recsys.algorithms.network_trainer_fit import LOGS
from recsys.dataset import encode

SMALL = {"embedding_size": 8, "hidden": 8, "epochs": 4, "patience": 10, "device": "cpu"}
SEED = 42
REPOSITORY = Path(__file__).parents[3]


class Stopped(Exception):
    """What ends a fit from outside."""


def tastes(*, people=60, items=24):
    """People like items of their own half of the catalogue, each at a time of its own."""
    generator = np.random.default_rng(SEED)
    own = (np.arange(people)[:, None] % 2) == (np.arange(items) % 2)
    users, liked = np.nonzero(generator.random((people, items)) < np.where(own, 0.6, 0.05))
    return encode(users=users, items=liked, times=generator.random(len(users)) * 1e6).interactions


def fit(rows=None, *, progress=lambda *_: None, name="embedding_network", **settings):
    config = config_class(name).from_dict({**SMALL, **settings})
    return load_fit(name)(tastes() if rows is None else rows, config, progress=progress)


def close(left, right, *, atol=1e-6):
    return left.keys() == right.keys() and all(np.allclose(left[key], right[key], atol=atol) for key in left)


def stop_after(epochs):
    def progress(_share, stage):
        if stage.startswith(f"epoch {epochs} "):
            raise Stopped

    return progress


class TestGoingOn:
    def test_a_fit_that_was_stopped_goes_on_and_ends_where_one_without_a_stop_does(self, tmp_path, monkeypatch):
        straight = fit(epochs=6)
        monkeypatch.setenv(CHECKPOINTS, str(tmp_path))
        with pytest.raises(Stopped):
            fit(epochs=6, progress=stop_after(3))
        stages = []

        resumed = fit(epochs=6, progress=lambda _share, stage: stages.append(stage))

        # The third epoch was not kept: it was stopped before its end.
        assert [stage.split()[1] for stage in stages if stage.startswith("epoch")] == ["3", "4", "5", "6"]
        assert close(resumed, straight)

    def test_other_rows_or_settings_begin_anew(self, tmp_path, monkeypatch):
        monkeypatch.setenv(CHECKPOINTS, str(tmp_path))
        with pytest.raises(Stopped):
            fit(progress=stop_after(3))
        stages = []

        fit(learning_rate=0.001, progress=lambda _share, stage: stages.append(stage))

        assert stages[0].startswith("epoch 1 of 4")

    def test_a_fit_that_ends_well_leaves_nothing_behind(self, tmp_path, monkeypatch):
        monkeypatch.setenv(CHECKPOINTS, str(tmp_path))

        fit()

        assert list(tmp_path.iterdir()) == []


class TestStopping:
    def test_the_weights_that_ranked_best_are_kept(self):
        # At this rate the first epochs are the best ones.
        rows, rankings = tastes(), []
        settings = {"epochs": 12, "learning_rate": 0.05}

        arrays = fit(rows, **settings, progress=lambda _share, stage: rankings.append(stage.rpartition(" ")[2]))
        best = int(np.argmax([float(ranking) for ranking in rankings[:-1]])) + 1

        assert best < 12
        assert close(arrays, fit(rows, **{**settings, "epochs": best}))

    def test_it_ends_when_the_ranking_has_stopped_to_rise(self):
        epochs = []

        fit(epochs=200, patience=2, progress=lambda _share, stage: epochs.append(stage))

        assert 3 <= len(epochs) < 200

    def test_too_few_people_to_judge_by_mean_all_epochs_on_all_rows(self):
        stages = []

        fit(tastes(people=20), epochs=3, progress=lambda _share, stage: stages.append(stage))

        assert [stage.partition(":")[0] for stage in stages] == [f"epoch {n} of 3" for n in (1, 2, 3)] + ["fitted"]
        assert not any("ndcg" in stage for stage in stages)


class TestWatching:
    def test_precision_recall_and_loss_of_each_step_are_logged_for_tensorboard(self, tmp_path, monkeypatch):
        monkeypatch.setenv(LOGS, str(tmp_path))

        fit(epochs=2, log_to="tensorboard")

        (file,) = tmp_path.rglob("events.out.tfevents.*")
        logged = EventAccumulator(str(file)).Reload()
        # Four steps an epoch.
        assert {len(logged.Scalars(name)) for name in ("precision", "recall", "loss_step")} == {8}
        assert len(logged.Scalars("ndcg@10")) == 2
        assert all(0 <= point.value <= 1 for name in ("precision", "recall") for point in logged.Scalars(name))

    @pytest.mark.parametrize("kind", ["wandb", "mlflow"])
    def test_a_logger_that_is_not_installed_is_refused_by_name(self, kind, monkeypatch, tmp_path):
        monkeypatch.setenv(LOGS, str(tmp_path))
        monkeypatch.setitem(sys.modules, kind, None)

        with pytest.raises(InvalidInput, match=f"^log_to: is '{kind}', and the package {kind} is not installed"):
            fit(log_to=kind)

    def test_a_logger_without_a_folder_is_refused(self, monkeypatch):
        monkeypatch.delenv(LOGS, raising=False)

        with pytest.raises(InvalidInput, match=f"^log_to: is 'tensorboard', and {LOGS} is not set"):
            fit(log_to="tensorboard")

    def test_nothing_is_said_on_the_output(self, capfd, caplog):
        with caplog.at_level(logging.DEBUG):
            fit()

        assert capfd.readouterr() == ("", "")
        assert [
            record for record in caplog.records if "lightning" in record.name and record.levelno > logging.DEBUG
        ] == []


class TestShortMemory:
    @pytest.mark.parametrize("name", ["embedding_network", "two_tower", "light_gcn", "sasrec"])
    def test_a_batch_in_pieces_makes_the_step_of_the_whole(self, name, monkeypatch):
        rows, config = tastes(), config_class(name).from_dict({**of_network(name), **WITHOUT_DROPOUT.get(name, {})})
        whole = load_scorer(name).from_arrays(load_fit(name)(rows, config), config).score(rows.matrix())

        # As on a GPU that ran out of memory twice, on the processor.
        monkeypatch.setattr(
            network_fit, "in_room", lambda work, *, device, progress: work(Room(device, ENTRIES["cpu"] // 4))
        )
        in_pieces = load_scorer(name).from_arrays(load_fit(name)(rows, config), config).score(rows.matrix())

        # Scores, since a step of Adam is as long for a weight that changes nothing, whose gradient is but rounding.
        assert in_pieces == pytest.approx(whole, abs=1e-3)


class TestTheProcessAround:
    def test_what_torch_draws_and_how_it_works_stay_as_they_were(self):
        torch.manual_seed(1)
        expected = torch.rand(1)
        torch.manual_seed(1)

        fit()

        assert torch.rand(1) == expected
        assert not torch.are_deterministic_algorithms_enabled()

    def test_sigterm_ends_who_is_fitting(self):
        program = (
            "import os, signal\n"
            "from tests.recsys.algorithms.test_network_fit import fit\n"
            "fit(epochs=50, patience=100, progress=lambda *_: os.kill(os.getpid(), signal.SIGTERM))\n"
        )

        ended = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, check=False, capture_output=True)

        assert ended.returncode == -signal.SIGTERM


class TestBadEnds:
    def test_a_loss_that_is_not_finite_is_said(self):
        # A step takes 10 · 100 times each weight off it: after 13 steps 999¹³ is more than 32 bits hold.
        with pytest.raises(FitDiverged, match=r"expected (a )?finite"):
            fit(epochs=10, learning_rate=10.0, weight_decay=100.0)

    def test_a_device_that_is_not_there_is_refused_by_name(self):
        if torch.cuda.is_available():
            pytest.skip("this machine has a CUDA device")

        with pytest.raises(InvalidInput, match=r"^device: is 'cuda', but this machine has no CUDA device"):
            fit(device="cuda")


NETWORKS = {
    "embedding_network": {"hidden": 8},
    "two_tower": {"hidden": 8},
    "light_gcn": {},
    "sasrec": {"sequence_length": 8, "dropout": 0.0},
}


# What a network draws itself is drawn anew for each piece of a batch.
WITHOUT_DROPOUT = {"embedding_network": {"dropout": 0.0}, "two_tower": {"dropout": 0.0}}


def of_network(name):
    return {"embedding_size": 8, "epochs": 3, "patience": 10, "device": "cpu", **NETWORKS[name]}


@pytest.mark.processes
@pytest.mark.parametrize("name", ["embedding_network", "two_tower"])
def test_two_processes_of_torchrun_learn_what_one_learns(name, tmp_path):
    rows, settings = tastes(), of_network(name) | WITHOUT_DROPOUT.get(name, {})
    np.savez(tmp_path / "rows.npz", users=rows.users, items=rows.items, values=rows.values, times=rows.times)
    command = ["manage.py", "fit_network", name, "--data", tmp_path / "rows.npz"]
    command += [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "DJANGO_SETTINGS_MODULE": "tests.settings"}
    stages = {}

    for processes, start in ((1, []), (2, torchrun)):
        out = tmp_path / f"{processes}.safetensors"
        ran = subprocess.run(
            [sys.executable, *start, *command, "--out", out],
            cwd=REPOSITORY,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        stages[processes] = [line for line in ran.stderr.splitlines() if "epoch" in line]

    alone, together = load_file(tmp_path / "1.safetensors"), load_file(tmp_path / "2.safetensors")
    assert len(stages[1]) == 3
    assert stages[1] == stages[2]
    assert close(alone, together, atol=1e-4)


@pytest.mark.gpu
@pytest.mark.parametrize("name", NETWORKS)
def test_a_cuda_device_ranks_as_the_processor_does(name):
    if not torch.cuda.is_available():
        pytest.skip("this machine has no CUDA device")
    rows, config_of = tastes(), config_class(name).from_dict
    scores = [
        load_scorer(name).from_arrays(load_fit(name)(rows, config), config).score(rows.matrix())
        for config in (config_of({**of_network(name), "device": device}) for device in ("cuda", "cpu"))
    ]

    assert np.corrcoef(scores[0].ravel(), scores[1].ravel())[0, 1] > 0.95
