"""The service: people, tickets, promises, procedures, and the pages that show them."""
