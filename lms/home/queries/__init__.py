"""Reads of the composed pages, one module per page."""
