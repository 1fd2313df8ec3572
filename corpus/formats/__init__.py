"""One reader for each kind of file; ``corpus.extract`` picks it. Nothing in a file is run, fetched or unpacked without a limit."""
