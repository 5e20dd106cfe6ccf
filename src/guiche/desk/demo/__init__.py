"""What a first start shows: accounts, certificates and tickets of invented people."""
