"""Which addresses a portal's client may call, and the error for what a portal may not do."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING

import httpx

from warehouse.errors import SourceContractBroken, SourceUnavailable

if TYPE_CHECKING:
    from ingestion.portal.records import Portal


def contract_broken(portal: Portal, what: str, **facts: object) -> SourceContractBroken:
    """Make the error for an answer that the portal file does not describe."""
    return SourceContractBroken(
        f"Cổng '{portal.name}' sai hợp đồng: {what}. Dữ liệu đã công bố giữ nguyên; "
        f"hãy hỏi bên quản trị cổng, rồi sửa portals/{portal.name}.yml nếu cổng đã đổi.",
        portal=portal.name,
        **facts,
    )


def checked_address(portal: Portal, address: str) -> httpx.URL:
    """Return the address if it may be called: allowed host, TLS off loopback, no inside network.

    Names are resolved here; what happens to DNS afterwards is caught by TLS, whose
    certificate must carry the allowed name.
    """
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        raise contract_broken(portal, "địa chỉ không đọc được") from None
    if url.scheme not in {"http", "https"} or url.host not in portal.allowed_hosts or url.userinfo:
        raise contract_broken(portal, f"máy chủ '{url.host}' không có trong allowed_hosts", host=url.host)
    addresses = _resolved(portal, url)
    if all(found.is_loopback for found in addresses):
        return url
    if url.scheme != "https":
        raise contract_broken(portal, f"máy chủ '{url.host}' phải dùng https", host=url.host)
    if not portal.allows_private_network and not all(found.is_global for found in addresses):
        raise contract_broken(
            portal, f"'{url.host}' trỏ vào mạng nội bộ (nếu đúng ý, đặt allows_private_network: true)", host=url.host
        )
    return url


def _resolved(portal: Portal, url: httpx.URL) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    try:
        found = socket.getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM)
    except OSError:
        raise SourceUnavailable(
            f"Không tìm thấy địa chỉ máy chủ '{url.host}' của cổng '{portal.name}'. Hãy kiểm tra mạng và DNS.",
            portal=portal.name,
        ) from None
    return [ipaddress.ip_address(str(entry[4][0]).split("%")[0]) for entry in found]
