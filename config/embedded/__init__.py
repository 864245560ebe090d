"""The embedded default: Postgres and Valkey below ATTUNE_HOME, for whoever sets no URL.

    services = start(home)      # both accept connections; calling it again costs milliseconds
    stop(home)                  # a clean stop; what was committed stays
    erase(home)                 # stop, and throw the data away

Importing this starts nothing and touches no file, and it needs no Django, so that settings can ask `locate`.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from config.embedded import lifecycle, placement
from config.embedded.errors import EmbeddedError
from config.embedded.lifecycle import Server
from config.embedded.locations import Services, locate
from config.embedded.locks import held
from config.embedded.placement import Place
from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey

__all__ = ["SERVERS", "EmbeddedError", "Services", "erase", "locate", "needed", "start", "status", "stop"]

SERVERS: Final = ("postgres", "valkey")


def start(home: Path, *, only: Collection[str] = SERVERS) -> Services:
    """Start what does not run yet and return once all of it accepts connections.

    Safe to call from many processes at once, and after everything was killed.

    Raises:
        EmbeddedError: with advice, when a server cannot be started here.

    """
    services = locate(home)
    placement.make_home(services.home)
    with held(services.home) as lock:
        place = placement.establish(services.home)
        for server in _servers(place):
            if server.name in only:
                lifecycle.ensure_running(server, lock=lock)
    return services


def stop(home: Path) -> None:
    """Stop what runs, sessions rolled back and everything committed on disk; nothing happens where nothing runs.

    Raises:
        EmbeddedError: when a server does not end in time.

    """
    home = home.absolute()
    if placement.find(home) is None:
        return
    with held(home):
        _stop_all(home)


def erase(home: Path) -> None:
    """Stop the servers and delete their data, also where it had to be placed outside `home`."""
    home = home.absolute()
    if placement.find(home) is None:
        return
    with held(home):
        _stop_all(home)
        placement.remove(home)


def status(home: Path) -> dict[str, bool]:
    """Whether each server accepts connections now."""
    place = placement.find(home.absolute())
    if place is None:
        return dict.fromkeys(SERVERS, False)
    return {server.name: server.answers() for server in _servers(place)}


def needed(environ: Mapping[str, str]) -> frozenset[str]:
    """The servers that no URL in the environment replaces; empty when nothing has to be started."""
    external = set()
    if environ.get("DATABASE_URL"):
        external.add("postgres")
    if environ.get("BROKER_URL") and environ.get("CACHE_URL"):
        external.add("valkey")
    return frozenset(SERVERS) - external


def _stop_all(home: Path) -> None:
    place = placement.find(home)
    if place is None:
        return
    for server in _servers(place):
        lifecycle.ensure_stopped(server)


def _servers(place: Place) -> list[Server]:
    return [Postgres(place), Valkey(place)]
