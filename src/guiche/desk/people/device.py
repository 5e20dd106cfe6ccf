"""From where somebody logged in, in words: browser and system as they call themselves, network."""

import re
from ipaddress import ip_network

from guiche.desk.portal.address import whose

# The first that fits; a browser names those that it wants to be taken for, too.
_BROWSERS = {
    "Edge": r"Edg(?:e|A|iOS)?/",
    "Opera": r"OPR/",
    "Samsung Internet": r"SamsungBrowser/",
    "Firefox": r"Firefox/|FxiOS/",
    "Chrome": r"Chrome/|CriOS/|Chromium/",
    "Safari": r"Safari/",
}
_SYSTEMS = {
    "Android": r"Android",
    "iPhone ou iPad": r"iPhone|iPad",
    "Windows": r"Windows",
    "Mac": r"Macintosh",
    "Linux": r"Linux|X11",
}
_KEPT_BITS = {4: 24, 6: 48}


def words(agent: str) -> str:
    """Browser and system of a User-Agent.

    >>> words("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36")
    'Chrome, Windows'
    >>> words("curl/8.1")
    'navegador não reconhecido'
    """
    found = [_first(_BROWSERS, agent), _first(_SYSTEMS, agent)]
    return ", ".join(filter(None, found)) or "navegador não reconhecido"


def _first(names: dict[str, str], agent: str) -> str:
    return next((name for name, form in names.items() if re.search(form, agent)), "")


def network(address: str) -> str:
    """The network an address is in, enough for its owner to know the place; "" for no address.

    >>> network("203.0.113.9"), network("2001:db8:1:2::9"), network("x")
    ('203.0.113.x', '2001:db8:1::x', '')
    """
    known = whose(address)
    if not known:
        return ""
    first = known.partition("/")[0]
    version = 6 if ":" in first else 4
    found = ip_network(f"{first}/{_KEPT_BITS[version]}", strict=False).network_address
    text = str(found)
    return f"{text.rpartition('.')[0]}.x" if version == 4 else f"{text}x"
