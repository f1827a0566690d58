"""What the machine itself can do, and the floor that follows for a step of training."""
