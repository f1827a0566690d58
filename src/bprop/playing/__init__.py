"""A network in a page that one can act on."""
