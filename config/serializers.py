"""How values travel through the cache."""

from typing import Any

import orjson


class JsonSerializer:
    """JSON instead of pickle. Integers stay bare, so that the server can count them up."""

    def dumps(self, obj: Any) -> bytes | int:
        if type(obj) is int:
            return obj
        return orjson.dumps(obj, option=orjson.OPT_NON_STR_KEYS)

    def loads(self, data: bytes) -> Any:
        return orjson.loads(data)
