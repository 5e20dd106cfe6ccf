"""Supervisors take turns: of two who save at once, the second sees what the first saved."""

from guiche.desk.people.user import Role, User


def take_turn() -> None:
    """Within a transaction: waits until no other supervisor is saving, and makes others wait.

    SQLite lets only one transaction write anyway; on PostgreSQL the accounts are the lock, for
    there is none for a first version that is not yet there.
    """
    supervisors = User.objects.select_for_update(no_key=True).filter(role=Role.SUPERVISAO)
    list(supervisors.order_by("pk").values_list("pk"))
