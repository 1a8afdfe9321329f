"""The shipped Jinja2 templates, ``<medium>/<owner>/<name>``; the workspace's own ``templates/`` wins."""
