"""The shipped checks, one module a check or family; found by `seo.check.catalogue`, as those of plug-ins are."""
