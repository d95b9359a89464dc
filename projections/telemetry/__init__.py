"""What operators see of a running process: metrics, logs and traces. They hold counts, times and closed words, nothing of anybody."""
