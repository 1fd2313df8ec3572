"""What the office does to keep the answers good: what residents asked, and what is made of it."""
