"""What happens around the steps, and what a run leaves behind."""
