"""Questions and drafts -> cited verdicts: retrieval, ranking, answers, checks, the command line and the web."""
