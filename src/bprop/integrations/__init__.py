"""Callbacks for other people's tools. Each file is one, and imports its tool only when it is made."""
