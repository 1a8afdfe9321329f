"""Comparing a page of ours with the pages that outrank it (页面逆向优化): point by point, with what to do.

`traits` says what is measured and `terms` how texts are cut into words; `visit` reads the pages, `profile` measures one, `compare` judges.
"""

from seo.comparing.comparison import Comparison, Standing, compare
from seo.comparing.profile import Profile
from seo.comparing.visit import MOST_COMPETITORS, Compared, compare_pages, reach_of

__all__ = ["MOST_COMPETITORS", "Compared", "Comparison", "Profile", "Standing", "compare", "compare_pages", "reach_of"]
