"""What is on the rise: popular now, and the more the faster it became so; the same list for everyone."""
