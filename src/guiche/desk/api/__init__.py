"""What other programs ask the desk for: `/api/v1`, a file for each noun, and whose token it is."""
