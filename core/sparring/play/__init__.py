"""The game itself: graph, round, players, engine."""
