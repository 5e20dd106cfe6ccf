"""Certificates in the cloud: what the providers gave this site, and who is on the way there."""
