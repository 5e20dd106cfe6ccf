"""Commands of `guiche manage`."""
