"""Whom an address belongs to: what is counted against one who asks too often."""

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings


def asking(meta: Mapping[str, Any]) -> str:
    """Who asks, of `request.META`; behind a proxy as that says it, "" where it says nothing."""
    if settings.BEHIND_PROXY:
        return str(meta.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
    return str(meta.get("REMOTE_ADDR", ""))


def whose(address: str) -> str:
    """Of IPv6 the /64 that one customer has; an IPv4 address as it is; "" for what is none.

    >>> whose("203.0.113.9"), whose("2001:db8::9%eth0"), whose("::ffff:203.0.113.9"), whose("x")
    ('203.0.113.9', '2001:db8::/64', '203.0.113.9', '')
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if found.version == 4:
        return str(found)
    if mapped := found.ipv4_mapped:
        return str(mapped)
    return str(ip_network((found, 64), strict=False))
