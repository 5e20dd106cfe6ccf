"""Request Tracker 5, over REST 2 with a token.

RT answers with success where it drops what it does not take: an unknown custom field, a value off
its list, a status that there is not. So `check` looks every name up, and every change is read back.
Rights and traps: docs/connectors/rt.md.
"""

from guiche.desk.connectors.rt.request_tracker import RequestTracker

__all__ = ["RequestTracker"]
