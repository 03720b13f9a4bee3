"""casemart: a SQL metrics layer for technical support and customer success."""

__version__ = "0.1.0"
