"""Two wires between this machine and a namespace of its own: one to the database, one to the desk.

Either can be cut without the other. Needs root; nothing of it reaches a real network.
"""

import os
import shutil
import subprocess
from typing import Self

WIRES = {"db": "10.203.17", "desk": "10.203.18"}


class NotPermitted(Exception):
    def __init__(self) -> None:
        super().__init__("Sem root ou sem `ip`: não dá para separar redes nesta máquina.")


class Network:
    """Made by `with`, and gone afterwards."""

    def __init__(self) -> None:
        self.name = f"guiche-{os.getpid()}"

    def __enter__(self) -> Self:
        if os.geteuid() != 0 or not shutil.which("ip"):
            raise NotPermitted
        try:
            self._ip("netns", "add", self.name)
        except subprocess.CalledProcessError as error:
            raise NotPermitted from error
        self._inside("link", "set", "lo", "up")
        for wire, net in WIRES.items():
            here, there = f"g{os.getpid()}{wire[:2]}", wire
            self._ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", self.name)
            self._ip("addr", "add", f"{net}.1/30", "dev", here)
            self._ip("link", "set", here, "up")
            self._inside("addr", "add", f"{net}.2/30", "dev", there)
            self._inside("link", "set", there, "up")
        return self

    def __exit__(self, *_: object) -> None:
        self._ip("netns", "del", self.name)

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
