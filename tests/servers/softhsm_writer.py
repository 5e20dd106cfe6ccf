"""Writes certificates into a token, as its owner would: a program, for a module loads once.

`softhsm_writer.py MODULE LABEL PIN` reads lines of base64, one a certificate; an empty line is a
certificate object without a value.
"""

import sys
from base64 import b64decode

import pkcs11
from pkcs11 import Attribute, CertificateType, ObjectClass


def main(module: str, label: str, pin: str) -> None:
    token = pkcs11.lib(module).get_token(token_label=label)
    with token.open(rw=True, user_pin=pin) as session:
        for number, line in enumerate(sys.stdin):
            session.create_object(
                {
                    Attribute.CLASS: ObjectClass.CERTIFICATE,
                    Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
                    Attribute.TOKEN: True,
                    Attribute.PRIVATE: False,
                    Attribute.LABEL: f"certificado {number}",
                    Attribute.ID: number.to_bytes(4, "big"),
                    Attribute.SUBJECT: b"0\0",
                    Attribute.VALUE: b64decode(line),
                    **({} if line.strip() else {Attribute.URL: "http://exemplo.invalid/"}),
                }
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
