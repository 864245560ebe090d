"""What staff change about recommendations."""
