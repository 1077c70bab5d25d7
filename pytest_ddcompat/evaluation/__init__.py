"""From a requirement, an environment and a matrix to a verdict and its remedies."""
