"""What is on its way to other desks: rows, sending, what comes home, doubles."""
