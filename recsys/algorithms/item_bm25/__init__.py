"""Neighbourhoods of items by BM25: TF-IDF that many customers of one item saturate."""
