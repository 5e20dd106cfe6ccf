"""Any desk with a mailbox: tickets go by SMTP, answers are read by IMAP where it is set up."""

from guiche.desk.connectors.email.connector import Email
from guiche.desk.connectors.email.settings import MailSettings

__all__ = ["Email", "MailSettings"]
