"""Finding a ticket or a paused call by whatever the customer remembers."""
