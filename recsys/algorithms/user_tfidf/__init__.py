"""Neighbourhoods of users by TF-IDF: that two people share a rare item says more than a hit."""
