class EmbeddedError(Exception):
    """An embedded service cannot be found, started or stopped; the message says what to do about it."""
