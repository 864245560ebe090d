"""The one trainer of all networks: devices and processes, precision, stopping early, checkpoints and logs."""

import logging
import os
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import torch
from lightning.pytorch import Callback, LightningModule, Trainer
from lightning.pytorch.callbacks import EarlyStopping, ModelCheckpoint
from lightning.pytorch.loggers import Logger
from lightning.pytorch.strategies import DDPStrategy, Strategy
from torch.distributed import is_torchelastic_launched

from marketing.errors import InvalidInput
from recsys.algorithms.network_configuration import NetworkConfig

# What ranks of held-out rows are logged as, by which the best weights are chosen.
RANKING = "ndcg@10"
LAST = "last"
# The folder for TensorBoard's, W&B's and MLflow's files.
LOGS = "ATTUNE_NETWORK_LOGS"
# Package, class, and what the class calls the network and the fit.
LOGGERS = {
    "tensorboard": ("tensorboard", "TensorBoardLogger", "name", "version"),
    "wandb": ("wandb", "WandbLogger", "project", "name"),
    "mlflow": ("mlflow", "MLFlowLogger", "experiment_name", "run_name"),
}
# Hints of the library that have no meaning here: batches are drawn faster in the process itself than in others, whose
# start alone takes longer than an epoch, and the folder of checkpoints is that of an earlier attempt by intention.
HINTS = (
    r"The '?train_dataloader'? does not have many workers",
    r"Checkpoint directory .* exists and is not empty",
    r"The number of training batches .* is smaller than the logging interval",
    r"GPU available but not used",
    r"`isinstance\(treespec, LeafSpec\)` is deprecated",
    r".* does not have a deterministic implementation",
    r"Attribute '.*' is an instance of `nn.Module` and is already saved",
)


def make_trainer(
    name: str,
    config: NetworkConfig,
    *,
    folder: Path,
    device: torch.device,
    callbacks: list[Callback],
    judged: bool,
    parts: int = 1,
) -> Trainer:
    """Trainer that keeps its last state in `folder`, and the best one where rows are held out to judge by.

    Started by torchrun it is one of several processes, each on a device of its own.

    Raises:
        InvalidInput: what `log_to` names is not installed.

    """
    return Trainer(
        accelerator="gpu" if device.type == "cuda" else "cpu",
        devices=processes_here(),
        num_nodes=processes() // processes_here(),
        strategy=_strategy(device),
        precision=_precision(config, device=device),
        max_epochs=config.epochs,
        accumulate_grad_batches=parts,
        gradient_clip_val=config.gradient_clip,
        deterministic="warn" if device.type == "cuda" else True,
        use_distributed_sampler=False,
        callbacks=[_SignalsAsBefore(), *callbacks, *_keepers(config, folder=folder, judged=judged)],
        logger=_logger(name, config, run=folder.name),
        log_every_n_steps=1,
        enable_progress_bar=False,
        enable_model_summary=False,
        default_root_dir=folder,
    )


def processes() -> int:
    return int(os.environ["WORLD_SIZE"]) if is_torchelastic_launched() else 1


def processes_here() -> int:
    return int(os.environ["LOCAL_WORLD_SIZE"]) if is_torchelastic_launched() else 1


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the library's hints off the output, and its choices out of the process's state."""
    logs = [logging.getLogger(name) for name in ("lightning.pytorch", "lightning.fabric")]
    levels, deterministic = [log.level for log in logs], torch.are_deterministic_algorithms_enabled()
    for log in logs:
        log.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            for hint in HINTS:
                warnings.filterwarnings("ignore", message=hint)
            yield
    finally:
        for log, level in zip(logs, levels, strict=True):
            log.setLevel(level)
        torch.use_deterministic_algorithms(deterministic)


class _SignalsAsBefore(Callback):
    """The library takes SIGTERM and goes on; who is told to end must end as ever, and goes on from the checkpoint."""

    def __init__(self) -> None:
        self._before = signal.getsignal(signal.SIGTERM)

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, self._before)


def _keepers(config: NetworkConfig, *, folder: Path, judged: bool) -> list[Callback]:
    if not judged:
        return [ModelCheckpoint(dirpath=folder, save_top_k=0, save_last=True, save_on_train_epoch_end=True)]
    return [
        ModelCheckpoint(
            dirpath=folder,
            filename="best",
            monitor=RANKING,
            mode="max",
            save_last=True,
            save_on_train_epoch_end=True,
        ),
        EarlyStopping(
            monitor=RANKING, mode="max", patience=config.patience, check_on_train_epoch_end=True, check_finite=False
        ),
    ]


def _strategy(device: torch.device) -> Strategy | str:
    if processes() == 1:
        return "auto"
    return DDPStrategy(process_group_backend="nccl" if device.type == "cuda" else "gloo")


def _precision(config: NetworkConfig, *, device: torch.device) -> Literal["32-true", "bf16-mixed", "16-mixed"]:
    if device.type != "cuda" or config.precision == "32":
        return "32-true"
    return "bf16-mixed" if torch.cuda.is_bf16_supported() else "16-mixed"


def _logger(name: str, config: NetworkConfig, *, run: str) -> Logger | bool:
    if config.log_to == "none":
        return False
    package, class_name, title, version = LOGGERS[config.log_to]
    if find_spec(package) is None:
        raise InvalidInput(
            "log_to", f"is {config.log_to!r}, and the package {package} is not installed; expected it, or none"
        )
    if not os.environ.get(LOGS):
        raise InvalidInput(
            "log_to", f"is {config.log_to!r}, and {LOGS} is not set; expected a folder for what is logged"
        )
    kind = getattr(import_module("lightning.pytorch.loggers"), class_name)
    logger: Logger = kind(save_dir=os.environ[LOGS], **{title: f"attune-{name}", version: run})
    return logger
