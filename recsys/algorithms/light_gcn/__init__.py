"""LightGCN: vectors smoothed over the graph of people and items (He et al. 2020)."""
