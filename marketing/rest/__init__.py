"""The doors for shop systems under /api/."""
