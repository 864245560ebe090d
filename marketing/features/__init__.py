"""What is known of a person at any moment: rows per identity and day, and sums over them with nothing of later in it."""
