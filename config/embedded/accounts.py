"""The account that the servers run as: the caller's own, or an unprivileged one when the caller is root."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from config.embedded.errors import EmbeddedError

# Postgres refuses to run as root. The first of these that exists takes its place.
UNPRIVILEGED: Final = ("attune", "postgres", "nobody")
# The servers see nothing of the caller's environment: a PGDATA or LD_PRELOAD there is not meant for them.
ENVIRONMENT: Final = {"PATH": os.defpath, "LC_ALL": "C"}
# A log longer than this, bytes, is put aside at the next start, in place of the one put aside before.
LOG_LIMIT: Final = 10 * 1024 * 1024
# The shell opens the log, not we: root must not write through a folder that another account could fill with links.
DETACH: Final = f"""
log=$1; shift
if [ -f "$log" ] && [ "$(wc -c <"$log")" -gt {LOG_LIMIT} ]; then mv -f "$log" "$log.1"; fi
"$@" </dev/null >>"$log" 2>&1 &
"""


@dataclass(frozen=True)
class Account:
    """A user and group by number, because a state folder may outlive the account's name."""

    uid: int
    gid: int

    @classmethod
    def own(cls) -> "Account":
        return cls(uid=os.geteuid(), gid=os.getegid())

    @classmethod
    def unprivileged(cls) -> "Account":
        """The caller, or when the caller is root, the account that stands in."""
        if os.geteuid() != 0:
            return cls.own()
        for name in UNPRIVILEGED:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(uid=entry.pw_uid, gid=entry.pw_gid)
        raise EmbeddedError(
            f"Postgres does not run as root and none of the users {', '.join(UNPRIVILEGED)} exists: "
            f"add a user attune, run as an ordinary user, or set DATABASE_URL, BROKER_URL and CACHE_URL."
        )

    @property
    def is_own(self) -> bool:
        return self.uid == os.geteuid()

    def run(
        self, command: Sequence[str | Path], *, text: str = "", inherit: Sequence[int] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end as this account, away from the terminal, so that a Ctrl-C does not reach it."""
        identity: dict[str, Any] = {} if self.is_own else {"user": self.uid, "group": self.gid, "extra_groups": []}
        try:
            return subprocess.run(
                command,
                check=False,
                input=text,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                pass_fds=inherit,
                cwd="/",  # the caller's folder may be closed to this account
                env=ENVIRONMENT,
                umask=0o077,
                start_new_session=True,
                **identity,
            )
        except OSError as error:
            advice = "" if self.is_own else " Run as an ordinary user, or set DATABASE_URL, BROKER_URL and CACHE_URL."
            raise EmbeddedError(f"{command[0]} cannot be run as user {self.uid}: {error.strerror}.{advice}") from error

    def launch(self, command: Sequence[str | Path], *, log: Path, inherit: int) -> None:
        """Start a server that outlives the caller, its output appended to `log`.

        The shell in between ends at once, so that the server is nobody's child here and leaves no zombie.
        """
        shell = self.run(["/bin/sh", "-c", DETACH, "sh", log, *command], inherit=[inherit])
        if shell.returncode or shell.stderr:
            raise EmbeddedError(f"{command[0]} cannot be started: {shell.stderr.strip()}")

    def can_enter(self, folder: Path) -> bool:
        return self.run(["/bin/sh", "-c", 'cd -- "$1"', "sh", folder]).returncode == 0

    def can_use(self, *, program: Path, data: Path) -> bool:
        """Whether this account may execute the program and read the data beside it."""
        return self.run(["/bin/sh", "-c", 'test -x "$1" && test -r "$2"', "sh", program, data]).returncode == 0

    def last_lines(self, log: Path) -> str:
        return self.run(["tail", "-n", "12", log]).stdout.strip()

    def make_folder(self, folder: Path) -> None:
        """Make a folder that this account alone (and root) may enter."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if not self.is_own:
            os.chown(folder, self.uid, self.gid, follow_symlinks=False)
