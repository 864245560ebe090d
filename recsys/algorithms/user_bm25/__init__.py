"""Neighbourhoods of users by BM25: TF-IDF that repeated preference saturates, fair to short histories."""
