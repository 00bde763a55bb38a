"""A camp as a folder of Markdown: reading it, checking it, writing it. Pure but for `archive`."""
