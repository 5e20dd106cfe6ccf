"""The three roles of the desk."""

from django.db.models import TextChoices


class Role(TextChoices):
    """What a person does at the desk; the table of moves says what each may do."""

    SUPORTE = "suporte", "Suporte"
    RELACIONAMENTO = "relacionamento", "Relacionamento"
    SUPERVISAO = "supervisao", "Supervisão"
