"""Who stands where: tagged statements of parties in news articles, with the sentence behind every number."""

__version__ = "0.1.0"
