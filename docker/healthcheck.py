"""Whether the web process of this container answers. The Host header has to be one that Django accepts."""

import os
import sys
import urllib.request

host = os.environ["ALLOWED_HOSTS"].split(",")[0].lstrip(".")
url = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/healthz"
request = urllib.request.Request(url, headers={"Host": host})
with urllib.request.urlopen(request, timeout=4) as answer:  # noqa: S310 - our own address
    sys.exit(answer.status != 200)
