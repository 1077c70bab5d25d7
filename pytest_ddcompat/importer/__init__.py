"""From a published page to a matrix."""
