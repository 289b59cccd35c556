"""Classifiers, one module each, registered in the entry-point group ``chimein.classifiers``."""
