"""Measurements: each as a ratio, in one run, to a physical limit or to the plainest way of doing the same."""
