"""`python -m web --port 8088`: serve the pages on this machine only; a reverse proxy brings them to others."""

from __future__ import annotations

import argparse
import sys

import uvicorn

from warehouse.errors import ThuocDoError
from web.app import create_default_app

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 8088


def main(arguments: list[str] | None = None) -> None:
    """Serve until stopped; a refused setting or an unreachable ledger is one sentence and exit code."""
    parser = argparse.ArgumentParser(prog="python -m web", description="Các trang của Thước Đo, chỉ trên máy này.")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"Cổng trên {LOOPBACK} (mặc định %(default)s).")
    port = parser.parse_args(arguments).port
    try:
        app = create_default_app()
    except ThuocDoError as error:
        sys.stderr.write(f"[{error.code}] {error.message}\n")
        sys.exit(error.exit_code)
    uvicorn.run(app, host=LOOPBACK, port=port, server_header=False)


if __name__ == "__main__":
    main()
