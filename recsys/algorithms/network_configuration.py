"""Settings that all networks have: how they are trained, watched and stopped."""

from dataclasses import dataclass

from recsys.algorithms.configuration import AlgorithmConfig, check_choice, check_number, check_whole, searched

DEVICES = ("auto", "cpu", "cuda")
PRECISIONS = ("auto", "32")
VALIDATIONS = ("newest", "random")
LOGS = ("none", "tensorboard", "wandb", "mlflow")


@dataclass(frozen=True, kw_only=True)
class NetworkConfig(AlgorithmConfig):
    """`epochs` is the most that are trained: `patience` epochs without a better ranking end it before.

    The ranking is judged, after each epoch, on one row of each of at most `validation_people`, which is not learned
    from: the newest or, with `validation` random or where there are no times, any. 0 people: all rows are learned
    from, for all epochs. With few rows batches are smaller than `batch_size`, so that an epoch has some steps.
    `precision` auto is mixed on a GPU and 32 bits on the processor. `log_to` is where losses and metrics of each step
    go, besides to nobody.
    """

    embedding_size: int = searched(64, low=16, high=256, log=True, whole=True)
    epochs: int = 40
    patience: int = 5
    batch_size: int = 1_024
    learning_rate: float = searched(0.003, low=0.0003, high=0.03, log=True)
    weight_decay: float = searched(0.01, low=0.001, high=1.0, log=True)
    gradient_clip: float = 5.0
    validation: str = "newest"
    validation_people: int = 1_000
    precision: str = "auto"
    log_to: str = "none"
    device: str = "auto"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole("embedding_size", self.embedding_size, low=1, high=4096)
        check_whole("epochs", self.epochs, low=1, high=100_000)
        check_whole("patience", self.patience, low=1, high=100_000)
        check_whole("batch_size", self.batch_size, low=1, high=10_000_000)
        check_number("learning_rate", self.learning_rate, low=1e-9, high=10)
        check_number("weight_decay", self.weight_decay, low=0, high=100)
        check_number("gradient_clip", self.gradient_clip, low=1e-6, high=1e9)
        check_choice("validation", self.validation, choices=VALIDATIONS)
        check_whole("validation_people", self.validation_people, low=0, high=10_000_000)
        check_choice("precision", self.precision, choices=PRECISIONS)
        check_choice("log_to", self.log_to, choices=LOGS)
        check_choice("device", self.device, choices=DEVICES)
