"""An export as the answer to a request."""

from django.http import StreamingHttpResponse

from marketing.exports import Export


def download(export: Export) -> StreamingHttpResponse:
    """The file, streamed, and kept by no cache."""
    return StreamingHttpResponse(
        (chunk.data for chunk in export.chunks()),
        content_type=export.format.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{export.file_name}"',
            "Cache-Control": "no-store",
        },
    )
