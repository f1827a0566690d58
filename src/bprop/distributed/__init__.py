"""Training in several processes: which of them this one is (`membership`), and starting them here (`launch`)."""
