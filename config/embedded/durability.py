import os
from pathlib import Path


def rename_durably(source: Path, target: Path) -> None:
    """Rename so that the new name is on disk before anything is written below it."""
    source.rename(target)
    parent = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)
