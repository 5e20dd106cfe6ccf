"""The desks of others: what each is asked for, how it is set up, and a file for each kind."""
