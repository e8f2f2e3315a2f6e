"""Serve the simulator: `python -m ingestion.portal.simulator --port 8571 --password-env NAME`."""

from __future__ import annotations

import argparse
import os
import socket
import sys
import threading

import uvicorn

from ingestion.portal.simulator.app import DEFAULT_SEED, simulator_app
from ingestion.portal.simulator.histories import MOST_VOLUME
from ingestion.portal.simulator.process import HOST


def main() -> None:
    """Read the options and serve until told to stop."""
    parser = argparse.ArgumentParser(description="Bộ mô phỏng cổng dịch vụ công (chỉ nghe ở 127.0.0.1)")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--port", type=int, help="cổng mạng")
    where.add_argument("--fd", type=int, help="socket đang nghe do tiến trình cha trao lại")
    parser.add_argument("--password-env", required=True, help="tên biến môi trường giữ mật khẩu")
    parser.add_argument("--seed", default=DEFAULT_SEED, help="hạt giống của dữ liệu tổng hợp")
    parser.add_argument("--volume", type=float, default=1, help="nhân số hồ sơ mỗi xã, mỗi tháng")
    parser.add_argument("--with-parent", action="store_true", help="dừng khi tiến trình cha kết thúc")
    options = parser.parse_args()
    password = os.environ.get(options.password_env)
    if not password:
        parser.error(f"biến môi trường {options.password_env} trống")
    if not 0 < options.volume <= MOST_VOLUME:
        parser.error(f"--volume phải lớn hơn 0 và không quá {MOST_VOLUME}")
    app = simulator_app(password, options.seed, options.volume)
    handed_down = [socket.socket(fileno=options.fd)] if options.fd is not None else None
    server = uvicorn.Server(
        uvicorn.Config(app, host=HOST, port=options.port or 0, log_level="warning", access_log=False)
    )
    if options.with_parent:
        threading.Thread(target=_stop_with_parent, args=(server,), daemon=True).start()
    server.run(sockets=handed_down)


def _stop_with_parent(server: uvicorn.Server) -> None:
    """Wait until the parent's end of our standard input closes, which also happens when it is killed."""
    sys.stdin.buffer.read()
    server.should_exit = True


if __name__ == "__main__":
    main()
