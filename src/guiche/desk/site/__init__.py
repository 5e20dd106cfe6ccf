"""What a company sets for itself, whatever the procedure: hours, names, own numbers."""
