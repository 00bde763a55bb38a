"""House tests read the tree; those that need the app share one."""
