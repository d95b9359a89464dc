"""What the platform costs, each row against a baseline measured in the same run."""
