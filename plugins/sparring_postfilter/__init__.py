"""Post-filters for synthetic speech: the task, features, networks, measures, and the application that filters files."""
