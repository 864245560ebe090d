"""Fits a network: rows held out, batches, the trainer, the best weights, and the arrays that its scorer reads."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import torch
from lightning.pytorch import Callback, LightningModule, Trainer
from torch import Tensor

from recsys.algorithms.contract import FitDiverged, Progress, Scorer, ignore_progress
from recsys.algorithms.device_fit import ENTRIES, Room, in_room, resolve_device
from recsys.algorithms.network_checkpoints import checkpoint_folder
from recsys.algorithms.network_configuration import NetworkConfig
from recsys.algorithms.network_data_fit import Batch, Examples, NetworkData, Rows, epoch_seed
from recsys.algorithms.network_trainer_fit import LAST, RANKING, make_trainer, processes, quiet
from recsys.algorithms.network_validation import HeldOut
from recsys.dataset import Interactions, merged

Arrays = dict[str, npt.NDArray[Any]]


class Network(LightningModule, ABC):
    """A network with its loss; what a step does is the same for all."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.settings = config

    @abstractmethod
    def losses(self, batch: Batch) -> Tensor:
        """Loss `(examples,)` of each of the batch's own examples; a loss of 0 for what doesn't count."""

    @abstractmethod
    def arrays(self) -> Arrays:
        """What the scorer reads, contiguous float32 or int32."""

    def training_step(self, batch: Batch, _number: int) -> Tensor:
        loss = self.losses(batch).sum() / batch.size
        self.log("loss", loss, on_step=True, on_epoch=True, batch_size=1, sync_dist=processes() > 1)
        return loss

    def configure_optimizers(self) -> torch.optim.Optimizer:
        fused = next(self.parameters()).device.type == "cpu"
        return torch.optim.AdamW(
            self.parameters(), lr=self.settings.learning_rate, weight_decay=self.settings.weight_decay, fused=fused
        )


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What one algorithm brings: its examples, its network and the scorer of that network's arrays."""

    name: str
    examples: Callable[[Rows], Examples]
    network: Callable[[Rows], Network]
    scorer: Callable[[Arrays], Scorer]

    @classmethod
    def of(
        cls,
        name: str,
        config: NetworkConfig,
        *,
        examples: Callable[..., Examples],
        network: Callable[..., Network],
        scorer: Callable[..., Scorer],
    ) -> Self:
        """From parts that take the algorithm's settings as `config`."""
        return cls(
            name=name,
            examples=partial(examples, config=config),
            network=partial(network, config=config),
            scorer=partial(scorer, config=config),
        )


def fit_network(
    interactions: Interactions, config: NetworkConfig, *, plan: Plan, progress: Progress = ignore_progress
) -> Arrays:
    """Arrays of the weights that ranked the rows held out best; of the last ones where there were none to judge by.

    Raises:
        InvalidInput: no interactions, a device or a logger that is not there.
        FitDiverged: a loss or a weight is not finite.

    """
    interactions.training_matrix()
    held = HeldOut.of(merged(interactions), config=config)
    device = resolve_device(config.device)
    with (
        checkpoint_folder(plan.name, interactions=interactions, config=config) as folder,
        quiet(),
        torch.random.fork_rng(devices=[]),
    ):
        work = partial(_trained, held=held, config=config, plan=plan, folder=folder, progress=progress)
        # Processes that shrink their batches each on its own would wait for one another for ever.
        alone = processes() == 1
        arrays = in_room(work, device=device, progress=progress) if alone else work(Room(device, ENTRIES[device.type]))
    progress(1.0, "fitted")
    return arrays


def _trained(
    room: Room, *, held: HeldOut, config: NetworkConfig, plan: Plan, folder: Path, progress: Progress
) -> Arrays:
    rows = Rows.of(held.train)
    torch.manual_seed(config.seed)
    network = plan.network(rows)
    parts = max(1, ENTRIES[room.device.type] // room.entries)
    data = NetworkData(plan.examples(rows), batch_size=config.batch_size, seed=config.seed, parts=parts)
    epochs = _Epochs(plan=plan, held=held, config=config, progress=progress)
    trainer = make_trainer(
        plan.name, config, folder=folder, device=room.device, callbacks=[epochs], judged=epochs.judges, parts=parts
    )
    before = folder / f"{LAST}.ckpt"
    trainer.fit(network, datamodule=data, ckpt_path=before if before.exists() else None, weights_only=True)
    _restore_best(network, trainer=trainer)
    return checked(network.arrays())


def _restore_best(network: Network, *, trainer: Trainer) -> None:
    best = getattr(trainer.checkpoint_callback, "best_model_path", "")
    if best:
        network.load_state_dict(torch.load(best, map_location="cpu", weights_only=True)["state_dict"])
    if torch.distributed.is_initialized():
        # Who is first removes the folder: not before all others have read from it.
        torch.distributed.barrier()


def checked(arrays: Arrays) -> Arrays:
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise FitDiverged(f"{name}: holds NaN or infinite numbers; expected finite ones: lower the learning_rate")
    return arrays


def as_array(tensor: Tensor) -> npt.NDArray[np.float32]:
    """Contiguous float32 on the processor, a copy."""
    return np.array(tensor.detach().to("cpu", torch.float32).numpy(), order="C")


@dataclass
class _Epochs(Callback):
    """At an epoch's begin the seed of what the network draws itself; at its end the ranking and the progress."""

    plan: Plan
    held: HeldOut
    config: NetworkConfig
    progress: Progress
    judged: Callable[[Scorer], float] = field(init=False)

    def __post_init__(self) -> None:
        self.judged = self.held.judge()

    @property
    def judges(self) -> bool:
        return len(self.held.people) > 0

    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        torch.manual_seed(epoch_seed(self.config.seed, epoch=trainer.current_epoch))

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        assert isinstance(pl_module, Network)
        loss = float(trainer.callback_metrics["loss"])
        if not np.isfinite(loss):
            raise FitDiverged(
                f"loss: is {loss} in epoch {trainer.current_epoch + 1}; expected a finite number: lower the learning_rate"
            )
        said = f"loss {loss:.4f}"
        if self.judges:
            ranking = self.judged(self.plan.scorer(checked(pl_module.arrays())))
            pl_module.log(RANKING, ranking, sync_dist=processes() > 1)
            said += f", {RANKING} {ranking:.4f}"
        done = trainer.current_epoch + 1
        self.progress(done / self.config.epochs * 0.999, f"epoch {done} of {self.config.epochs}: {said}")
