"""Which device an algorithm is fitted on, and what happens when its memory is short."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import torch

from marketing.errors import InvalidInput
from recsys.algorithms.contract import Progress, ignore_progress

Fitted = TypeVar("Fitted")

# How often blocks are halved before the processor takes over: at a 64th, memory is short for another reason.
HALVINGS = 6
# What is worked on at once: on the processor about as much as its caches hold (measured: blocks of 2 million are a third
# faster than one of 6 million), on a GPU as much as keeps it busy.
ENTRIES = {"cpu": 2_000_000, "cuda": 256_000_000}


@dataclass(frozen=True)
class Room:
    """A device, and how many numbers may be worked on there at once."""

    device: torch.device
    entries: int


def resolve_device(name: str) -> torch.device:
    """Give the device for a setting: `auto` is CUDA when there, else the processor.

    Raises:
        InvalidInput: CUDA was asked for by name and is not there.

    """
    there = torch.cuda.is_available()
    if name == "cuda" and not there:
        raise InvalidInput("device", "is 'cuda', but this machine has no CUDA device; expected auto or cpu")
    return torch.device("cuda" if there and name != "cpu" else "cpu")


def in_room(work: Callable[[Room], Fitted], *, device: torch.device, progress: Progress = ignore_progress) -> Fitted:
    """Do `work`; where a GPU's memory is short, from the start again in smaller blocks, at last on the processor.

    Raises:
        torch.OutOfMemoryError: the processor's memory is short too.

    """
    entries = ENTRIES[device.type]
    for _ in range(HALVINGS if device.type == "cuda" else 0):
        try:
            return work(Room(device, entries))
        except torch.OutOfMemoryError:
            progress(0.0, "the GPU's memory is short: again in smaller blocks")
            entries //= 2
        # Outside of the except clause, whose exception still holds the tensors of the failed attempt.
        torch.cuda.empty_cache()
    if device.type == "cuda":
        progress(0.0, "the GPU's memory is too short: going on with the processor")
    return work(Room(torch.device("cpu"), ENTRIES["cpu"]))
