"""Measures of predictions: of arrays (`scores`, `class_scores`), of a graph (`heads`), and one's own (`own`)."""
