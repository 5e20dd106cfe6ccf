"""The rows, gathered for Django; each lives in the folder of its noun."""

from guiche.desk.people.user import User

__all__ = ["User"]
