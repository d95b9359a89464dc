"""What who does research takes along: a release as files that their own tools read, one module for each family of formats."""
