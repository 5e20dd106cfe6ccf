"""The promise of a return, and the attempts to keep it."""
