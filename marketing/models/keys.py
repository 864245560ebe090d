"""Primary keys that may leave the house: UUIDs of version 7, made by Postgres, so that they sort by time."""

from typing import Any

from django.db import models
from django.db.models.functions import Now


class UuidV7(models.Func):
    """Postgres 18's `uuidv7()`."""

    function = "uuidv7"
    template = "%(function)s()"
    arity = 0
    output_field = models.UUIDField()


def opaque_key() -> "models.UUIDField[Any, Any]":
    """A primary key that tells an outsider nothing but its age."""
    return models.UUIDField(primary_key=True, db_default=UuidV7(), editable=False)


def created_now() -> "models.DateTimeField[Any, Any]":
    """The database's clock, so that rows written by COPY have it too."""
    return models.DateTimeField(db_default=Now(), editable=False)
