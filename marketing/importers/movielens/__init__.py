"""MovieLens and what is laid out like it: RecBole's atomic files and GroupLens' releases from 100k to 25m."""
