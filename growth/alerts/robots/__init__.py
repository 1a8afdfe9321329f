"""The robots that ship with growth, one file each; each module has its `ROBOT`."""
