"""The few exceptions of the house. GraphQL, REST and the commands map them to answers in one place each."""


class AttuneError(Exception):
    """Something that Attune can explain to the person who asked."""

    retryable = False


class InvalidInput(AttuneError):
    """A value that can't be accepted: names the field and says what was expected."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class NotFound(AttuneError):
    """The thing asked for doesn't exist, or not for this caller."""


class NotAuthenticated(AttuneError):
    """The caller showed no credential where one is needed, or one that doesn't hold."""


class RateLimited(AttuneError):
    """The caller used up what may be asked in this span of time; `wait` seconds bring the next."""

    retryable = True

    def __init__(self, message: str, *, wait: int) -> None:
        super().__init__(message)
        self.wait = wait


class NotAllowed(AttuneError):
    """The caller is known well enough to say no."""


class Conflict(AttuneError):
    """What was asked contradicts what is already stored."""


class TemporarilyUnavailable(AttuneError):
    """A service that Attune stands on did not answer; the same call may succeed later."""

    retryable = True


class ArtefactCorrupt(AttuneError):
    """Bytes of an artefact differ from what was written, or hold values that can't be served."""


class LeaseLost(AttuneError):
    """Another process owns this run now; whoever sees this must stop without writing."""
