"""Dates, times of day and durations as people and programs write them: `forms` says how, `read` reads columns."""
