"""Helpers that know nothing of the method: files, checkpoints, images, flow, logs, tables and reports."""

__version__ = "1.0.0"  # of this program; checkpoints and metrics.json record it
