import pytest
import torch

from marketing.errors import InvalidInput
from recsys.algorithms.device_fit import ENTRIES, HALVINGS, Room, in_room, resolve_device

# Naming the device doesn't touch it: what runs out of memory here is the work itself.
CUDA = torch.device("cuda")


class Work:
    """Needs room for so many numbers on a GPU or less, and any room on the processor."""

    def __init__(self, *, fits):
        self.fits = fits
        self.rooms = []

    def __call__(self, room):
        self.rooms.append(room)
        if room.device.type == "cuda" and room.entries > self.fits:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return room


def test_work_that_fits_is_done_once():
    work = Work(fits=ENTRIES["cuda"])

    assert in_room(work, device=CUDA) == Room(CUDA, ENTRIES["cuda"])
    assert len(work.rooms) == 1


def test_short_memory_of_a_gpu_means_smaller_blocks():
    work, reports = Work(fits=ENTRIES["cuda"] // 4), []

    given = in_room(work, device=CUDA, progress=lambda *report: reports.append(report))

    assert given == Room(CUDA, ENTRIES["cuda"] // 4)
    assert [room.entries for room in work.rooms] == [ENTRIES["cuda"] // part for part in (1, 2, 4)]
    assert reports == [(0.0, "the GPU's memory is short: again in smaller blocks")] * 2


def test_a_gpu_that_stays_too_small_gives_way_to_the_processor():
    work, reports = Work(fits=0), []

    given = in_room(work, device=CUDA, progress=lambda *report: reports.append(report))

    assert given == Room(torch.device("cpu"), ENTRIES["cpu"])
    assert len(work.rooms) == HALVINGS + 1
    assert reports[-1] == (0.0, "the GPU's memory is too short: going on with the processor")


def test_short_memory_of_the_processor_is_no_reason_to_try_again():
    rooms = []

    def work(room):
        rooms.append(room)
        raise torch.OutOfMemoryError("out of memory")

    with pytest.raises(torch.OutOfMemoryError):
        in_room(work, device=torch.device("cpu"))
    assert len(rooms) == 1


def test_other_errors_are_not_taken_for_short_memory():
    def work(room):
        raise InvalidInput("alpha", f"does not go with {room.device}")

    with pytest.raises(InvalidInput, match=r"^alpha: does not go with cuda"):
        in_room(work, device=CUDA)


def test_the_processor_can_be_asked_for_by_name():
    assert resolve_device("cpu") == torch.device("cpu")
