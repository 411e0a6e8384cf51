"""What a whole-home system would have cost in the same home: load, distribution, plant, money, and their doubts."""
