"""What a text says: its language, words, mood and meaning. No database here; torch only in `*_fit.py`."""
