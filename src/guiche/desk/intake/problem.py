"""What is wrong with one answer."""

from guiche.desk.refusal import Refused


class Problem(Refused):
    """An answer that is not accepted; says why and what to do."""
