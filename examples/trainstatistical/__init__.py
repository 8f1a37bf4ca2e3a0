"""What the weights of the statistical label are trained on, and how the texts are had."""
