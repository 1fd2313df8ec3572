"""Questions and drafts with known answers: scores, and the fits of everything that is fitted."""
