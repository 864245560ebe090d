"""Explicit matrix factorisation on squared error, with biases (Koren, Bell and Volinsky 2009)."""
