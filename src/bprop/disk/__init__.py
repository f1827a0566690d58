"""Files on disk: written whole or not at all by any number of writers, locked, read with clear errors."""
