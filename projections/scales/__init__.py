"""Scales: what the answers of a measure come to, by definitions that are data. A score is worked out when asked for, and is no reading."""
