"""Desks that only pretend: to try a configuration, and to test where no server can be had."""
