"""Neighbourhoods of items by TF-IDF: a customer of few items says more about them than one of many."""
