"""Rows toward the desks of others: what is to be delivered, and where."""
