"""Speech enhancement on the waveform: the task, data, networks and the application that enhances files."""
