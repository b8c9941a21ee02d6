"""Voice conversion on spectral envelopes: the tasks, data, networks and the application that converts files."""
