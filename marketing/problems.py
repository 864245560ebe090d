"""What went wrong, as an answer: the one place that maps errors to codes, for GraphQL and REST alike."""

import logging
import secrets
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError

from marketing import errors

logger = logging.getLogger("attune.problems")

# Error → (code, HTTP status). House errors that stand for none of these are inside matters: masked like any other.
CODES: Final[dict[type[Exception], tuple[str, int]]] = {
    errors.InvalidInput: ("INVALID_INPUT", 422),
    errors.NotAuthenticated: ("UNAUTHENTICATED", 401),
    errors.NotAllowed: ("FORBIDDEN", 403),
    errors.NotFound: ("NOT_FOUND", 404),
    errors.Conflict: ("CONFLICT", 409),
    errors.RateLimited: ("RATE_LIMITED", 429),
    errors.TemporarilyUnavailable: ("UNAVAILABLE", 503),
}
UNAVAILABLE: Final = "A service that Attune stands on did not answer; the same call may succeed later."


@dataclass(frozen=True)
class Problem:
    code: str
    message: str
    status: int
    field: str | None = None
    retryable: bool = False
    wait: int | None = None
    id: str | None = None

    def extensions(self) -> dict[str, Any]:
        """What stands beside the message; `id` only when there is something to look up in the log."""
        said = {"code": self.code, "field": self.field, "retryable": self.retryable}
        return {**said, "id": self.id} if self.id else said

    def as_dict(self) -> dict[str, Any]:
        return {"message": self.message, **self.extensions()}


def problem_of(error: BaseException) -> Problem:
    """What to answer. An error that nobody foresaw is logged under a random id, which is all that the caller gets."""
    for kind, (code, status) in CODES.items():
        if isinstance(error, kind):
            return Problem(
                code=code,
                message=str(error),
                status=status,
                field=error.field if isinstance(error, errors.InvalidInput) else None,
                retryable=error.retryable if isinstance(error, errors.AttuneError) else False,
                wait=error.wait if isinstance(error, errors.RateLimited) else None,
            )
    if isinstance(error, RequestDataTooBig):
        return too_large()
    return _unforeseen(error)


def too_large() -> Problem:
    size = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // (1024 * 1024)
    return Problem(code="TOO_LARGE", message=f"The body is larger than {size} MB; send less at once.", status=413)


def _unforeseen(error: BaseException) -> Problem:
    number = secrets.token_hex(6)
    logger.error("Unexpected error %s", number, exc_info=error)
    if isinstance(error, OperationalError | InterfaceError):
        return Problem(code="UNAVAILABLE", message=UNAVAILABLE, status=503, retryable=True, id=number)
    message = f"Something unexpected went wrong. It stands in the log as {number}."
    return Problem(code="INTERNAL", message=message, status=500, id=number)
