"""Measures what pages cost, on both engines, against a bare page of the same stack in the same run."""
