"""The one Django app of the desk."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Label `desk`: the nouns inside may move between folders without a migration."""

    name = "guiche.desk"
    label = "desk"
    verbose_name = "Guichê"

    def ready(self) -> None:
        """Joins what does not know each other: tickets say what happened, others listen."""
        from guiche.desk import checks  # noqa: F401  registers them
        from guiche.desk.api.answered import Answered
        from guiche.desk.deliveries.enqueue import enqueue
        from guiche.desk.deliveries.withdraw import withdraw
        from guiche.desk.figures import keep
        from guiche.desk.people import journal
        from guiche.desk.search.index import follow
        from guiche.desk.tickets.event import recorded, undoing

        journal.follow()
        recorded.connect(enqueue, dispatch_uid="deliveries")
        recorded.connect(follow, dispatch_uid="terms")
        recorded.connect(keep.follow, dispatch_uid="figures")
        recorded.connect(Answered.follow, dispatch_uid="answers")
        undoing.connect(withdraw, dispatch_uid="deliveries")
