"""Where the embedded services are, or would be: arithmetic on the home's path, nothing else."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from config.embedded.errors import EmbeddedError

DATABASE: Final = "attune"
ROLE: Final = "attune"
# No TCP port is opened: Postgres names its socket after this number.
PORT: Final = 5432
# Below the home; a symbolic link where the state has to live elsewhere (see placement).
STATE_FOLDER: Final = "embedded"
SOCKET_FOLDER: Final = "run"
VALKEY_SOCKET: Final = "valkey.sock"
# The kernel's field for a socket's path, less its closing zero byte.
SOCKET_PATH_LIMIT: Final = 103 if sys.platform == "darwin" else 107


@dataclass(frozen=True)
class Services:
    """The embedded services of one home, as URLs."""

    home: Path
    database_url: str
    broker_url: str
    cache_url: str


def locate(home: Path) -> Services:
    """The services' URLs. Starts nothing and touches no file.

    Raises:
        EmbeddedError: when a socket's path would be longer than the kernel takes.

    """
    home = home.absolute()
    sockets = home / STATE_FOLDER / SOCKET_FOLDER
    check_socket_length(postgres_socket(sockets), home=home)
    valkey = quote(str(sockets / VALKEY_SOCKET))
    return Services(
        home=home,
        # The port is said aloud, since a PGPORT in the caller's environment would win over its absence.
        database_url=f"postgresql://{ROLE}@{quote(str(sockets), safe='')}:{PORT}/{DATABASE}",
        broker_url=f"redis+socket://{valkey}?virtual_host=0",
        cache_url=f"unix://{valkey}?db=1",
    )


def postgres_socket(sockets: Path) -> Path:
    return sockets / f".s.PGSQL.{PORT}"


def check_socket_length(socket: Path, *, home: Path) -> None:
    excess = len(bytes(socket)) - SOCKET_PATH_LIMIT
    if excess > 0:
        raise EmbeddedError(
            f"The home {home} is {excess} bytes too long: its socket {socket} may have {SOCKET_PATH_LIMIT} bytes. "
            f"Set ATTUNE_HOME to a folder with a shorter path."
        )
