"""What the recorded events mean."""
