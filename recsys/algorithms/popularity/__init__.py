"""What most people took: the number of distinct users of each item, the same list for everyone."""
