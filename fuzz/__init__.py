"""Coverage-guided fuzzing of what takes other people's bytes: `python -m fuzz model`. See README.md."""
