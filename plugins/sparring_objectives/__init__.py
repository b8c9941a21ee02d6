"""Losses, regularizers and layers that any domain uses."""
