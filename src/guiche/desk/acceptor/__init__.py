"""The certificate port: takes the certificate that a customer's browser presents.

It reads valid, expired and unknown certificates, and authenticates nobody: that a certificate
arrived, and that whoever sent it holds its key, says nothing of its trust.

`port` listens, `visit` is one connection of it, `room` says how many there may be, `identity` is
what the port shows of itself. `front` is where the desk learns of a certificate, from the port or
from nginx, which can take its place; `page` is what the customer sees.
"""
