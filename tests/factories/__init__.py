"""One factory per model; each makes the least row that the database accepts."""
