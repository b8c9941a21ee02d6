"""Images: the tasks, data, networks and applications of image generation."""
