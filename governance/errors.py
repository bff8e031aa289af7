"""The base of every error that governance raises by name, so that an edge can catch them all."""


class GovernanceError(Exception):
    """Something that governance does not do, with a sentence for the person who asked."""
