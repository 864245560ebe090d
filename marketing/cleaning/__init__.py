"""What is wrong with events that came, and which of it can be mended: clocks, units, robots, events told twice."""
