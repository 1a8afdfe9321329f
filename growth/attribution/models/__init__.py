"""The models that ship with growth, one file each; each has its `MODEL`."""
