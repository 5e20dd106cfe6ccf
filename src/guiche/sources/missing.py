"""What a source lacks on this machine."""

from typing import NamedTuple


class Missing(NamedTuple):
    """`what` is not there, in words; `command` brings it, "" where nothing does on this machine."""

    what: str
    command: str = ""
