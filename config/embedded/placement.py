"""Where the servers' state lies on disk, and whose it is.

It lies in `<home>/embedded`. Root, however, may choose a home below a folder that only root can enter, as /root is,
while the servers run as an unprivileged account. Then the state lies in a folder of its own below /var/lib/attune,
and `<home>/embedded` is a symbolic link to it (so too for a path that a shell would change). The link is the record: it survives a reboot and a change of
permissions, moves with the home, and clients follow it without knowing.

    <home>/embedded/        its owner's, open to all; a server cannot replace what root reads here
        run/                the sockets
        postgres/  valkey/  the data
        log/                what the servers say
        programs/           copies of the programs, where the account cannot reach the installed ones
"""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.embedded.accounts import Account
from config.embedded.errors import EmbeddedError
from config.embedded.locations import SOCKET_FOLDER, STATE_FOLDER, check_socket_length, postgres_socket

ELSEWHERE: Final = Path("/var/lib/attune")
SPECIAL: Final = frozenset('"$`\\')


@dataclass(frozen=True)
class Place:
    state: Path
    account: Account

    @property
    def sockets(self) -> Path:
        return self.state / SOCKET_FOLDER

    @property
    def logs(self) -> Path:
        return self.state / "log"

    @property
    def programs(self) -> Path:
        return self.state / "programs"


def make_home(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedError(
            f"The home {home} cannot be made ({error.strerror}): set ATTUNE_HOME to a folder that you may write to."
        ) from error


def find(home: Path) -> Place | None:
    """The home's state, if it has any."""
    link = home / STATE_FOLDER
    try:
        state = link.readlink() if link.is_symlink() else link
        return Place(state=state, account=_account(state)) if state.is_dir() else None
    except PermissionError as error:
        raise EmbeddedError(f"{error.filename} is closed to you: set ATTUNE_HOME to a folder of your own.") from error


def establish(home: Path) -> Place:
    """The home's state, made when it has none. The caller holds the home's lock."""
    link = home / STATE_FOLDER
    try:
        if not link.exists():
            _make_state(link)
        place = find(home)
        if place is None:
            raise EmbeddedError(f"{link} is not a folder: move it away.")
        _prepare(place, home=home)
    except OSError as error:
        raise EmbeddedError(
            f"The state of {home} cannot be made, {error.filename}: {error.strerror}. "
            f"Set ATTUNE_HOME to a folder that you may write to."
        ) from error
    return place


def remove(home: Path) -> None:
    """Delete the home's state. The caller holds the home's lock and has stopped the servers."""
    link = home / STATE_FOLDER
    if not link.is_symlink():
        shutil.rmtree(link)
        return
    shutil.rmtree(link.readlink())
    link.unlink()


def _make_state(link: Path) -> None:
    if link.is_symlink():
        raise EmbeddedError(
            f"The data of {link} lay in {link.readlink()}, which is gone: bring it back, "
            f"or delete the link to begin with an empty database."
        )
    if Account.unprivileged().can_enter(link.parent) and (Account.own().uid or _bears_quoting(link)):
        link.mkdir()
        link.chmod(0o755)
    else:
        link.symlink_to(_folder_elsewhere())


def _bears_quoting(path: Path) -> bool:
    """Whether a shell leaves the path alone between double quotes, where initdb puts that of programs copied for root."""
    return SPECIAL.isdisjoint(str(path))


def _folder_elsewhere() -> Path:
    # Not named after the home: a home deleted and made again must not find the old one's data.
    ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=ELSEWHERE, prefix="home-"))
    folder.chmod(0o755)
    return folder


def _prepare(place: Place, *, home: Path) -> None:
    check_socket_length(postgres_socket(place.sockets), home=home)
    place.account.make_folder(place.sockets)
    place.account.make_folder(place.logs)
    if not place.account.can_enter(place.sockets):
        raise EmbeddedError(
            f"User {place.account.uid}, whom the servers run as, cannot enter {place.sockets}: "
            f"let others pass through the folders above it, or set ATTUNE_HOME elsewhere."
        )


def _account(state: Path) -> Account:
    """Who owns the state: the servers must run as whoever made their files."""
    own = Account.own()
    try:
        owner = (state / SOCKET_FOLDER).stat()
    except FileNotFoundError:
        return Account.unprivileged()
    if own.uid not in {0, owner.st_uid}:
        raise EmbeddedError(
            f"The servers in {state} belong to user {owner.st_uid}: "
            f"run as that user or as root, or set ATTUNE_HOME to a folder of your own."
        )
    # Root owns it only when a first start was cut off before the folder was handed over.
    return Account(uid=owner.st_uid, gid=owner.st_gid) if owner.st_uid else Account.unprivileged()
