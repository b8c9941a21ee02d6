"""Judging a trained run."""
