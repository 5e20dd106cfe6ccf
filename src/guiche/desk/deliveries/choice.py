"""A person's choice among several customers of a desk, by which the step is tried again."""

from django.db import transaction

from guiche.desk.deliveries.attempt import CHOICE
from guiche.desk.deliveries.decided import DeliveryRefused
from guiche.desk.deliveries.delivery import Delivery
from guiche.desk.deliveries.link import Link


@transaction.atomic
def choose(delivery: Delivery, value: str) -> None:
    """Keeps the choice for this ticket and desk, and repeats the step.

    Raises `DeliveryRefused` for a value that was not offered.
    """
    if value not in delivery.choices:
        raise DeliveryRefused("Escolha um dos clientes da lista.")
    link = Link.objects.get_or_create(ticket=delivery.ticket, connection=delivery.connection)[0]
    link.customer = {**link.customer, CHOICE: value}
    link.save(update_fields=["customer"])
    delivery.repeat()
