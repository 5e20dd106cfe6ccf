"""What is written to the customer, and the row from which the worker sends it."""
