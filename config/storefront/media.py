"""Uploaded and drawn pictures, where no web server stands in front that would serve them."""

from pathlib import Path
from typing import Final

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.utils.http import http_date
from django.views.decorators.http import require_safe

# What a browser may be told that a file is. Anything else is offered as a download.
TYPES: Final = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".avif": "image/avif",
}
# An SVG opened by itself is a document: without this, a script in it would run with the shop's cookies.
SANDBOX: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@require_safe
def media(request: HttpRequest, name: str) -> FileResponse:
    """A file of the default storage, in a way that nothing inside it can act."""
    try:
        file = default_storage.open(name)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, SuspiciousFileOperation, ValueError) as error:
        raise Http404 from error
    content_type = TYPES.get(Path(name).suffix.lower())
    answer = FileResponse(
        file,
        content_type=content_type or "application/octet-stream",
        as_attachment=content_type is None,
        filename=Path(name).name,
    )
    answer["Content-Security-Policy"] = SANDBOX
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "public, max-age=3600"
    answer["Last-Modified"] = http_date(default_storage.get_modified_time(name).timestamp())
    return answer
