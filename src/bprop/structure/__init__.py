"""The structure of a graph, without computing."""
