"""Logs in, causes out."""
