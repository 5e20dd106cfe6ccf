"""What the desk writes about itself: one record a line, with its request, without people."""
