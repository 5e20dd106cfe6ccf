"""XML signatures (XMLDSig, XAdES): NF-e, CT-e, eSocial and all others, whatever is around them.

Read as a stream by expat: no tree is built, so that memory does not grow with the elements, and a
document type is refused where it begins, before any entity is declared. Prefixes are not resolved:
a fragment that was cut out of its document is read like the whole.
"""

import re
from contextlib import suppress
from xml.parsers import expat

from guiche.sources import der, pem
from guiche.sources.der import MAX_CERTIFICATES
from guiche.sources.errors import (
    DamagedError,
    NoCertificateError,
    SignerMissingError,
    SourceError,
)
from guiche.sources.signatures import LONGEST, MAX_SIGNATURES, Document, Signed
from guiche.sources.signer import Certificates

MAX_DEPTH = 256
MAX_BASE64 = 1 << 16
"""Characters of one certificate; the largest known have ten thousand."""
MAX_IDS = 100_000
MAX_ELEMENTS = 600_000
"""A batch of ten megabytes has four hundred thousand."""
MAX_ATTRIBUTES = 300_000
MAX_REFERENCES = 10
"""Of one signature, that are told of."""

_START = re.compile(r"[\s\ufeff]*<(?:[?A-Za-z_:]|!--|!DOCTYPE(?!\s+html))", re.IGNORECASE)
_MARKS = ("X509Certificate", "xmldsig#", "<!ENTITY")
_DECLARATION = re.compile(r"<\?xml[^>]{0,200}\?>")
_CERTIFICATE, _SERIAL, _KEY = "X509Certificate", "X509SerialNumber", "X509SKI"
_TEXTS = (_CERTIFICATE, _SERIAL, _KEY)
_IDS = {"Id", "ID", "id"}
_ACCESS_KEY = re.compile(r"(NFe|CTe|MDFe)([0-9A-Z]{44})")
_DOCUMENTS = {"NFe": "NF-e", "CTe": "CT-e", "MDFe": "MDF-e"}
_OWN_PROPERTIES = "#SignedProperties"  # XAdES signs what it says of itself, too


def looks_signed(text: str) -> bool:
    """Whether it is XML that may hold a certificate or a signature."""
    return bool(_START.match(text)) and any(mark in text for mark in _MARKS)


class NotWellFormed(ValueError):
    """The text is not the XML that it seems to be; what stands in it may still be read as text."""


def read(text: str) -> Document:
    """The signatures in the order in which they begin, and all certificates.

    Raises `NotWellFormed`; `DamagedError` for what no signed document needs: a document type,
    endless depth, endless base64; `NoCertificateError`.
    """
    text = text.strip("\0 \t\r\n\ufeff")
    if declaration := _DECLARATION.match(text):
        text = text[declaration.end() :]
    if text.count("=") > MAX_ATTRIBUTES:  # the parser would hold all that one element has
        raise DamagedError("há atributos demais")
    handlers = _Handlers()
    try:
        handlers.parser().Parse(text.encode("utf-8", "replace"), True)  # noqa: FBT003
    except expat.ExpatError as error:
        raise NotWellFormed(f"o XML não se lê a partir da linha {error.lineno}") from None
    document = handlers.document()
    if not document.signatures and not document.certificates:
        raise NoCertificateError("É um XML sem certificado dentro.")
    return document


class _Open:
    """A Signature while it is read."""

    def __init__(self) -> None:
        self.is_signature = False
        self.references: list[str] = []
        self.certificates: list[bytes] = []
        self.serials: list[int] = []
        self.keys: list[bytes] = []
        self.problem: SourceError | None = None

    def refer(self, reference: dict[str, str]) -> None:
        """Takes what is signed, by the attributes of its Reference."""
        own = reference.get("Type", "").endswith(_OWN_PROPERTIES)
        if not own and len(self.references) < MAX_REFERENCES:
            self.references.append(reference.get("URI", "")[: 1 + LONGEST])  # and its "#"

    def take(self, name: str, text: str) -> None:
        """Takes what KeyInfo tells of the signer."""
        try:
            if name == _CERTIFICATE:
                self.certificates.append(_certificate(text))
            elif name == _SERIAL:
                self.serials.append(int(text))
            else:
                self.keys.append(pem.decoded(text))
        except SourceError as error:
            self.problem = error.with_traceback(None)
        except ValueError:
            self.problem = SignerMissingError("A assinatura não diz bem quem assinou.")

    def signer(self) -> bytes | SourceError:
        """The one certificate that all of KeyInfo names, or the only one that can have signed."""
        if self.problem:
            return self.problem
        if not self.certificates:
            return SignerMissingError("A assinatura não traz o certificado de quem assinou.")
        certificates = Certificates(self.certificates)
        named = [certificates.numbered(serial) for serial in dict.fromkeys(self.serials)]
        named += [certificates.with_key(key) for key in dict.fromkeys(self.keys)]
        if not named:
            return certificates.end()
        unknown = next((each for each in named if isinstance(each, SourceError)), None)
        if unknown or len(set(named)) > 1:
            return unknown or SignerMissingError(
                "A assinatura diz que são vários os que assinaram."
            )
        return named[0]


def _certificate(text: str) -> bytes:
    octets = pem.armoured(text)
    if der.recognise(octets) != "der":
        raise NoCertificateError("O que está no lugar do certificado é outra coisa.")
    return der.certificates(octets)[0]


_Element = tuple[str, _Open | None, bool]
"""One that is open: its name, the Signature around it, and whether it tells of its key."""


class _Handlers:
    """What expat calls; names stand without their prefixes, and are cut: one may be all of a file,
    and ten thousand signatures refer to it."""

    def __init__(self) -> None:
        self._path: list[_Element] = [("", None, False)]
        self._left = MAX_ELEMENTS
        self._signatures: list[_Open] = []
        self._loose: list[bytes] = []
        self._names: dict[str, str] = {}
        self._text: list[str] | None = None
        self._room = self._taken = 0

    def parser(self) -> expat.XMLParserType:
        """Of UTF-8, whatever the document declares."""
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.CharacterDataHandler = self._characters
        parser.EndElementHandler = self._end
        return parser

    def document(self) -> Document:
        """What was read."""
        certificates, signatures = list(self._loose), []
        for each in self._signatures:
            certificates += each.certificates
            if each.is_signature:
                signs = ", ".join(map(self._words, each.references))[:LONGEST]
                signatures.append(Signed(each.signer(), signs))
        return Document(signatures, list(dict.fromkeys(certificates)))

    def _words(self, reference: str) -> str:
        """What a Reference signs, as a person knows it."""
        if not reference:
            return "o documento inteiro"
        name = reference.removeprefix("#")[:LONGEST]
        if key := _ACCESS_KEY.fullmatch(name):
            return f"{_DOCUMENTS[key[1]]} {key[2]}"
        return f"{self._names[name]} {name}" if name in self._names else name

    def _doctype(self, *_: object) -> None:
        raise DamagedError("traz um DOCTYPE, que nenhum documento assinado tem")

    def _start(self, full_name: str, attributes: dict[str, str]) -> None:
        name = full_name.rpartition(":")[2][:LONGEST]
        around, signature, in_key = self._path[-1]
        self._left -= 1
        if self._left < 0 or len(self._path) > MAX_DEPTH:
            raise DamagedError("há elementos demais, ou fundo demais")
        if name == "Signature":
            signature, in_key = self._begun(), False
        elif signature and around == "Signature":
            signature.is_signature |= name == "SignedInfo"
            in_key = name == "KeyInfo"
        elif signature and around == "SignedInfo" and name == "Reference":
            signature.refer(attributes)
        elif name == _CERTIFICATE or (in_key and name in _TEXTS):
            self._text, self._room = [], MAX_BASE64
        if attributes and len(self._names) < MAX_IDS:
            for each in _IDS & attributes.keys():
                self._names[attributes[each][:LONGEST]] = name
        self._path.append((name, signature, in_key))

    def _begun(self) -> _Open:
        if len(self._signatures) == MAX_SIGNATURES:
            raise DamagedError(f"há mais de {MAX_SIGNATURES} assinaturas")
        self._signatures.append(_Open())
        return self._signatures[-1]

    def _characters(self, text: str) -> None:
        if self._text is None:
            return
        self._room -= len(text)
        if self._room < 0:
            raise DamagedError("um certificado tem base64 demais")
        self._text.append(text)

    def _end(self, _: str) -> None:
        name, signature, in_key = self._path.pop()
        if self._text is None or name not in _TEXTS:
            return
        text, self._text = "".join(self._text), None
        self._taken += 1
        if self._taken > MAX_CERTIFICATES:
            raise DamagedError(f"há mais de {MAX_CERTIFICATES} certificados")
        if signature and in_key:
            signature.take(name, text)
        elif name == _CERTIFICATE:
            with suppress(SourceError):  # what belongs to no signature says nothing of any
                self._loose.append(_certificate(text))
