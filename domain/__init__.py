"""What can happen between people, and the store that remembers it."""
