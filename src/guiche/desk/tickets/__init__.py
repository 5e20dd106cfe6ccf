"""The case: its number, its moves, its history."""
