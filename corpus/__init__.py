"""Reports as text: reading, splitting, numbers. Knows nothing of vectors or of questions asked."""
