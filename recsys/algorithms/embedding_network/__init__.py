"""The embedding network: people and items as vectors, side by side through a head (He et al. 2017, Neural CF, §3.3)."""
