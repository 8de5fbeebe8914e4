"""Procedural talking heads: drawn people who turn, speak and blink, for want of face videos that may be passed on."""
