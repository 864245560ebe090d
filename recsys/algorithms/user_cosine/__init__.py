"""Neighbourhoods of users by cosine similarity: what people like her preferred, weighted by likeness."""
