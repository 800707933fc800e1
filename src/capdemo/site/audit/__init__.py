"""Looks at a built site as a browser would load it: weights, links, sizes; knows no MkDocs.

`python -m capdemo.site.audit [SITE]`, which `make check` runs after the strict build. It is no
command of `capdemo`, whose commands are for those who write a guide, and a guide's budgets are
this project's own.
"""
