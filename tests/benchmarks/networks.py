"""How many examples a second the embedding network learns from."""

import time
from itertools import pairwise

import torch

from recsys.algorithms import config_class, load_fit
from recsys.algorithms.network_data_fit import batch_size
from tests.benchmarks.recommenders import SEEDS, load, split
from tests.benchmarks.report import CannotMeasure, Report

EPOCHS, EPOCHS_IN_A_HURRY = 6, 3


def measure_networks(report: Report) -> None:
    """Time whole epochs after the first: drawing, both ways through the network, the step and what is logged of it."""
    try:
        train, _ = split(load("ml100k", quick=report.quick), seed=SEEDS[0])
    except CannotMeasure as missing:
        report.say(f"the networks' speed is left out. {missing}")
        return
    epochs = EPOCHS_IN_A_HURRY if report.quick else EPOCHS
    # On the processor and without rows held out: learning alone.
    config = config_class("embedding_network")(epochs=epochs, validation_people=0, device="cpu")
    ends, threads = [], torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        load_fit("embedding_network")(train, config, progress=lambda *_: ends.append(time.process_time()))
    finally:
        torch.set_num_threads(threads)
    # An example is an item that somebody has, or one drawn beside it.
    examples = len(train) * (1 + config.negatives)
    fastest = min(later - earlier for earlier, later in pairwise(ends[:epochs]))
    report.set("network_examples_per_s", examples / fastest)
    size = batch_size(len(train), most=config.batch_size)
    report.say(f"embedding_network: {examples / fastest:,.0f} examples a CPU second, in batches of {size:,} rows")
