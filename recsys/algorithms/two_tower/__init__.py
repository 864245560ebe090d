"""Two towers: people and items as vectors in one space (Yi et al. 2019, Sampling-bias-corrected neural modeling)."""
