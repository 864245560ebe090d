"""What customers wrote, read: moods, topics, trends of both, and the texts that people are asked about."""
