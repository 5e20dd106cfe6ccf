"""What a browser presented over TLS: the certificate, and the authorities that it sent along."""

from collections.abc import Sequence

from guiche.sources.found import Found, Reading, Source

KIND = "browser"


def reading(presented: Sequence[bytes]) -> Reading:
    """The certificate, which stands first, DER each. Whoever presented it holds its key; whether it
    is valid or known is another question.
    """
    own, *chain = presented
    return Reading((Found(Source("", KIND, 0), own, chain=tuple(chain)),), ())
