"""How answers become JSON. The settings name it to DRF, whose views import it, so it imports none of them."""

from collections.abc import Mapping
from typing import Any

import msgspec
from rest_framework.renderers import JSONRenderer


class QuickJsonRenderer(JSONRenderer):
    """JSON by msgspec, which writes dataclasses as they are: a batch has a result for each of its rows."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,  # noqa: ARG002
        renderer_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> bytes:
        return b"" if data is None else msgspec.json.encode(data, enc_hook=str)
