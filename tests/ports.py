"""Ports of loopback that are one's own: several processes of tests run on one machine."""

import socket

_kept: list[socket.socket] = []


def free_port() -> int:
    """A port where nobody listens, and which nobody else is given while this process lives.

    What keeps it is a socket that is bound there and does not listen: the system hands the port to
    none who asks for any, nor to a connection as its near end. A server that is told its number
    gets it, for `SO_REUSEADDR`, which every server sets, lets it in beside one that does not
    listen. So one that is stopped and started again also finds its port as it was.
    """
    keeper = socket.socket()
    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    keeper.bind(("127.0.0.1", 0))
    _kept.append(keeper)
    number: int = keeper.getsockname()[1]
    return number
