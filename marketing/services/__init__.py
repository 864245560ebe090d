"""Writes. Each is one transaction, keyword-only and idempotent."""
