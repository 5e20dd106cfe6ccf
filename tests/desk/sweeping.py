"""A process of its own that forks others, which sweep: for each line that it is sent there is one
more, and its number is the answer.

It has one thread, so that a fork of it has all its locks free. The process that runs the tests has
many: browsers, servers, pools.
"""

import json
import os
import signal
import sys

SETTINGS = "SWEEPING_DATABASE"


def main() -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.db import connections

    settings.DATABASES["default"] |= json.loads(os.environ[SETTINGS])
    connections.settings = connections.configure_settings(settings.DATABASES)
    del connections["default"]
    from guiche.desk import clock
    from guiche.desk.promises import watch as sweeping

    sweeping._AT_ONCE = 7  # more transactions to be killed in
    # Whoever is killed is nobody's to wait for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        pid = os.fork()
        if pid:
            print(pid, flush=True)
        else:
            while True:
                try:
                    sweeping.watch(clock.now())
                except django.db.OperationalError:  # a backend of a killed worker was in the way
                    connections.close_all()


if __name__ == "__main__":
    main()
