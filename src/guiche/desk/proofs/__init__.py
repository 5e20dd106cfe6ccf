"""What a reading is proved by on paper."""
