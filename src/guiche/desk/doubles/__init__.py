"""Desks that can be started to try a configuration, and told to misbehave."""
