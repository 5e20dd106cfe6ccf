"""A portfolio of certificates read at the desk: what was sent, what came of it, what is done."""
