"""Command lines of the two programs."""
