"""Whether a certificate was revoked: by CRL (RFC 5280, 6.3) and OCSP (RFC 6960).

Answers come as files, or from the network where somebody passes an `Online`. What they do not tell
is `unknown`, with its reason; nothing is taken for good by silence.
"""

from guiche.trust.revocation.online import Cache, Failed, Online
from guiche.trust.revocation.revocation import Revocation
from guiche.trust.revocation.standing import Standing, State

__all__ = ["Cache", "Failed", "Online", "Revocation", "Standing", "State"]
