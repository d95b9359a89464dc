"""Numbers that leave: what is told of many relationships together, and of nobody by themselves."""
