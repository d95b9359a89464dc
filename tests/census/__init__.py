"""The numbers that leave: random organisations, somebody who attacks their tables, and what they find."""
