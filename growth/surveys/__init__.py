"""Surveys: short questions through any medium.

The room's walls stand (its floor, the word ``survey`` of the contract); its work comes with its own issue.
"""
