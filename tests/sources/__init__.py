"""Containers are made here, or by OpenSSL and `cryptography`, when the tests run."""
