"""Stock: what lies where, what is promised of it, how it comes in and how it goes."""
