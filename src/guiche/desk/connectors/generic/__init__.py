"""Any desk that is spoken to over HTTP: its calls are written down in the settings."""

from guiche.desk.connectors.generic.connector import Generic
from guiche.desk.connectors.generic.settings import HttpSettings

__all__ = ["Generic", "HttpSettings"]
