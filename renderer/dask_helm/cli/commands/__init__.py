"""One module for each command, with the command as its `command`."""
