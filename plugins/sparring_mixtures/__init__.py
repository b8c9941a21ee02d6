"""Mixtures of Gaussians in the plane: games small enough for a minute of one core, whose truth is known."""
