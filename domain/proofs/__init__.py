"""What proves a log: its tree, tiles, signed checkpoints, and a verifier that stands alone; pure, without a store or a clock."""
