"""Does a sentence answer a question: features, a reader, and a probability."""
