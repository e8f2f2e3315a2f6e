"""Tell whether a page of this container answers: `python answers.py URL`; exit 0 if it does.

The image has no curl, and a health check needs no more than this.
"""

from __future__ import annotations

import http.client
import sys
from urllib.parse import urlsplit

OK = 200
TIMEOUT_SECONDS = 5


def answers(address: str) -> bool:
    """Return whether the page answers 200 within 5 seconds; proxies are never asked."""
    url = urlsplit(address)
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", url.path or "/")
        return connection.getresponse().status == OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if answers(sys.argv[1]) else 1)
