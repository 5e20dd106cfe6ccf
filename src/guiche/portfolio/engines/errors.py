"""What can go wrong with an engine, and what to do next.

EngineError
├── NotInstalled
├── Unreachable
├── NoWorkers
├── OtherVersion
├── Lost
└── Deadly
"""

from guiche import __version__
from guiche.portfolio.load import Load

_GOES_ON = "Repita o comando: a auditoria continua de onde parou."


class EngineError(Exception):
    """The engine cannot be had, cannot be trusted with the loads, or was lost."""


class NotInstalled(EngineError):
    """Dask is not there."""

    def __init__(self) -> None:
        super().__init__('Falta instalar o Dask: pip install "guiche[cluster]".')


class BadAddress(EngineError):
    """None of a scheduler."""

    def __init__(self, address: str) -> None:
        super().__init__(
            f"{address} não é o endereço de um agendador Dask. Escreva máquina:porta, "
            "tcp://máquina:porta ou tls://máquina:porta."
        )


class Unreachable(EngineError):
    """Nothing that answers as a scheduler does, in time."""

    def __init__(self, address: str, seconds: float) -> None:
        super().__init__(
            f"Nenhum agendador Dask respondeu em {address} em {seconds:.0f} segundos. Confira o "
            "endereço, se ele está no ar e, com TLS, se o endereço começa com tls:// e a "
            "configuração do Dask tem os certificados."
        )


class NoWorkers(EngineError):
    """None was there for a while."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"O cluster Dask não tem nenhum worker há {seconds:.0f} segundos. Suba ao menos um "
            f"(dask worker ENDEREÇO). {_GOES_ON}"
        )


class OtherVersion(EngineError):
    """The scheduler or a worker has no Guichê, or not this one: it might read otherwise."""

    def __init__(self, found: dict[str, str]) -> None:
        told = "; ".join(f"{who}: {version}" for who, version in found.items())
        super().__init__(
            f"O cluster precisa do Guichê {__version__}, como esta máquina, e tem outro: {told}. "
            f'Instale lá o mesmo: pip install "guiche[cluster]=={__version__}".'
        )


class Lost(EngineError):
    """The scheduler went away."""

    def __init__(self) -> None:
        super().__init__(f"Perdi o agendador Dask. {_GOES_ON}")


class Deadly(EngineError):
    """Workers died of one load, one after the other."""

    def __init__(self, load: Load) -> None:
        first, last = load.items[0].name, load.items[-1].names[-1]
        super().__init__(
            f"Vários workers morreram ao ler de {first} a {last}: talvez lhes falte memória. "
            f"Leia esses itens sem --engine, ou dê mais memória aos workers. {_GOES_ON}"
        )
