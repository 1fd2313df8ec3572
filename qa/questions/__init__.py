"""What a visitor typed, made into what is searched: words, sounds, times, places, parts."""
