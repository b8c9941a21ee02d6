"""Images out of sentences: a plugin of sparring."""
