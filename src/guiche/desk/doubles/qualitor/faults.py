"""What may go wrong, chosen for one call of one operation."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass

FAULTS: Mapping[str, str] = {
    "hang_before": "não responde, e nada foi gravado",
    "hang_after": "grava, e não responde",
    "cut": "grava, e a conexão cai no meio da resposta",
    "truncated": "grava, e o XML da resposta vem pela metade",
    "error_before": "HTTP 500, e nada foi gravado",
    "error_after": "grava, e responde HTTP 500",
    "fault_after": "grava, e responde 500 com uma falha de SOAP ou do PHP",
    "html": "uma página HTML com 200, e nada foi gravado",
    "empty": "grava, e a resposta vem vazia",
    "refused": "status 0: Categoria inválida",
    "gateway": "status 0, com o texto de um gateway do site",
    "no_next_step": "faz, e responde status 0: não há próxima etapa",
    "expired": "o token não vale mais",
    "wrong_password": "usuário e senha recusados",
    "no_cookie": "o login responde sem o cookie",
    "latin1_as_utf8": "resposta em Latin-1 que se diz UTF-8",
    "utf8_as_latin1": "resposta em UTF-8 que se diz Latin-1",
    "plus_lost": "o sinal + do pedido vira espaço",
    "doubled": "grava duas vezes",
    "slow": "responde devagar",
    "busy": "HTTP 429, Retry-After: 7",
    "busy_silent": "HTTP 429 sem Retry-After",
    "down": "HTTP 503",
    "down_for": "HTTP 503, Retry-After: 120",
    "bomb": "faz, e a resposta traz entidades que se multiplicam",
    "moved": "faz, e alguém muda a equipe à mão",
    "closed": "faz, e alguém encerra o chamado à mão",
}
ANY = "*"


@dataclass
class _Planned:
    operation: str
    fault: str
    calls_left: int
    """0 for every call."""


class Faults:
    """The plan of what goes wrong."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []
        self._lock = threading.Lock()

    def inject(self, operation: str, fault: str, nth: int = 1) -> None:
        """The `nth` call of the operation from now on goes wrong; 0: every one; `*`: any operation.

        `KeyError` for a fault that there is not.
        """
        FAULTS[fault]
        with self._lock:
            self._planned.append(_Planned(operation, fault, nth))

    def clear(self) -> None:
        """From now on all goes well."""
        with self._lock:
            self._planned.clear()

    def take(self, operation: str) -> str:
        """What goes wrong with this call; "" for nothing."""
        with self._lock:
            due = ""
            for planned in list(self._planned):
                if planned.operation in (operation, ANY) and not due:
                    due = self._count(planned)
            return due

    def _count(self, planned: _Planned) -> str:
        if planned.calls_left == 0:
            return planned.fault
        planned.calls_left -= 1
        if planned.calls_left:
            return ""
        self._planned.remove(planned)
        return planned.fault
