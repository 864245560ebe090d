"""What most people took lately: popularity whose counts halve with age, the same list for everyone."""
