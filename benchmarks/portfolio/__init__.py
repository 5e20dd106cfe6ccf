"""Portfolios: many synthetic certificates, and the peers that read them in the same run."""
