"""How a connection stands, in words: at work, resting, stopped, off."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from guiche.desk.connectors.connection import Connection
from guiche.desk.intake.facts import day_and_time


@dataclass(frozen=True)
class Standing:
    """The tone and the words; `detail` is what the desk said last."""

    connection: Connection
    tone: str
    words: str
    detail: str = ""
    may_try: bool = False
    """Whether it waits for something that a person may end."""

    @classmethod
    def of(cls, connection: Connection, now: datetime) -> "Standing":
        """At `now`."""
        said = connection.last_error
        if not connection.active:
            return cls(connection, "no", "Desligada: nada é enviado.")
        if connection.stopped:
            words = "Parada: o acesso foi recusado duas vezes. Acerte a senha ou a chave."
            return cls(connection, "stop", words, said, may_try=True)
        if connection.open_until and connection.open_until > now:
            words = (
                f"{connection} sem resposta; nova tentativa {_clock(connection.open_until, now)}."
            )
            return cls(connection, "ask", words, said, may_try=True)
        if connection.failures:
            return cls(connection, "ask", "Falhou na última vez. Tentando de novo.", said)
        if connection.last_ok_at:
            words = f"Respondeu pela última vez em {day_and_time(connection.last_ok_at)}."
            return cls(connection, "yes", words)
        return cls(connection, "no", "Ligada; nenhum chamado enviado ainda.")


def _clock(moment: datetime, now: datetime) -> str:
    """`às 10h32`; of another day, the date too."""
    local = timezone.localtime(moment)
    same_day = local.date() == timezone.localdate(now)
    return f"às {local:%H}h{local:%M}" if same_day else f"em {day_and_time(moment)}"
