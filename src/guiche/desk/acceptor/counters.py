"""What the port counts itself; shown as the counts of the pages are."""

from prometheus_client import Counter

CONNECTIONS = Counter(
    "acceptor_connections",
    "Connections to the certificate port, by what came of them.",
    ["result"],
    registry=None,
)
"""`shaken`: TLS was agreed on. Else `failed` (no TLS that we speak), `plain` (http), `late` (not
within the deadline), `gone` (ended by the other side), `made_room` or `refused` (too many).
"""
PRESENTED = Counter(
    "acceptor_presented",
    "Links that were opened at the certificate port, by what came with them.",
    ["result"],
    registry=None,
)
"""`certificate`, `nothing`, or `no_link` (unknown, over or revoked)."""
