"""Ad platforms, one file each."""
