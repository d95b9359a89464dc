"""The pure rules: events, histories and time, without a framework, a driver or a clock."""
