"""Helpers that know nothing of this project: files, images, metrics, costs, logs and reports."""
