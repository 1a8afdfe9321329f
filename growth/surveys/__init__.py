"""Surveys: short questions through any medium. The room's walls stand (floor, word ``survey`` in the contract); its work comes with its own issue."""
