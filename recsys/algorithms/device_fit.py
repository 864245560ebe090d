"""Which device an algorithm is fitted on."""

import torch

from marketing.errors import InvalidInput


def resolve_device(name: str) -> torch.device:
    """Give the device for a setting: `auto` is CUDA when there, else the processor.

    Raises:
        InvalidInput: CUDA was asked for by name and is not there.

    """
    there = torch.cuda.is_available()
    if name == "cuda" and not there:
        raise InvalidInput("device", "is 'cuda', but this machine has no CUDA device; expected auto or cpu")
    return torch.device("cuda" if there and name != "cpu" else "cpu")
