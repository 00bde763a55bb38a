"""The demo: a season told as a story through the services, a clock that can be moved, and its runner."""
