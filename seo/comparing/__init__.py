"""Comparing a page of ours with the pages that outrank it (页面逆向优化): point by point, with what to do.

`traits` says what is measured and `terms` how texts are cut into words; `visit` reads the pages, `profile` measures one, `comparison`
judges. Nothing is exported here: every command of ``growth seo`` passes by on its way to the one of this room, and reading pages is much to
import.
"""
