"""What a supervisor sees: how many, how long, and what is about to go wrong."""
