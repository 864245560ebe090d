"""Implicit alternating least squares (Hu, Koren and Volinsky 2008; Rendle, Krichene, Zhang and Koren 2022)."""
