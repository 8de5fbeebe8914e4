"""Procedural talking heads: drawn people who turn, speak and blink. They replace face videos, which need a licence."""
