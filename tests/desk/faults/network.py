"""Two wires between this machine and a namespace of its own: one to the database, one to the desk.

Either can be cut without the other. Needs root; nothing of it reaches a real network.
"""

import os
import shutil
import subprocess
from typing import Self

WIRES = ("db", "desk")
_MOST = 100
"""So many at once on one machine; one whose run was killed keeps its place."""


class NotPermitted(Exception):
    def __init__(self) -> None:
        super().__init__("Sem root ou sem `ip`: não dá para separar redes nesta máquina.")


class Network:
    """Made by `with`, and gone afterwards."""

    def __enter__(self) -> Self:
        if os.geteuid() != 0 or not shutil.which("ip"):
            raise NotPermitted
        self._place = self._take_place()
        self._inside("link", "set", "lo", "up")
        for wire in WIRES:
            here = f"guiche-{self._place}-{wire}"
            self._ip("link", "add", here, "type", "veth", "peer", "name", wire, "netns", self.name)
            self._ip("addr", "add", f"{self.here(wire)}/30", "dev", here)
            self._ip("link", "set", here, "up")
            self._inside("addr", "add", f"{self._address(wire, 2)}/30", "dev", wire)
            self._inside("link", "set", wire, "up")
        return self

    def __exit__(self, *_: object) -> None:
        self._ip("netns", "del", self.name)

    @property
    def name(self) -> str:
        return f"guiche-{self._place}"

    def here(self, wire: str) -> str:
        """The address of this machine on a wire."""
        return self._address(wire, 1)

    def _take_place(self) -> int:
        """A number that no other run has: two cannot make a namespace of one name."""
        for place in range(_MOST):
            try:
                self._ip("netns", "add", f"guiche-{place}")
            except subprocess.CalledProcessError as error:
                if b"exists" not in error.stderr:
                    raise NotPermitted from error
            else:
                return place
        raise NotPermitted

    def _address(self, wire: str, end: int) -> str:
        return f"10.203.{self._place}.{4 * WIRES.index(wire) + end}"

    @property
    def within(self) -> list[str]:
        """What a command begins with that is to run in the namespace."""
        return ["ip", "netns", "exec", self.name]

    def cut(self, wire: str) -> None:
        self._inside("link", "set", wire, "down")

    def mend(self, wire: str) -> None:
        self._inside("link", "set", wire, "up")

    def _inside(self, *command: str) -> None:
        self._ip("-n", self.name, *command)

    @staticmethod
    def _ip(*command: str) -> None:
        subprocess.run(["ip", *command], check=True, capture_output=True)
