"""Neighbourhoods of items by cosine similarity (Sarwar et al. 2001; Deshpande and Karypis 2004)."""
