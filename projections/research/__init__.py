"""What who does research works out from how relationships stood: pure functions on columns, without a database."""
