"""The one Django app of the desk."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Label `desk`: the nouns inside may move between folders without a migration."""

    name = "guiche.desk"
    label = "desk"
    verbose_name = "Guichê"
