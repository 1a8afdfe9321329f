"""Providers that come with growth: one file each, named in `App.providers`."""
