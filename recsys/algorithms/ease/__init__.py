"""EASE, a linear autoencoder in closed form (Steck 2019)."""
