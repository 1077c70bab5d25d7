"""Configuration of Sphinx, which builds the documentation: `nox -s docs`."""

from __future__ import annotations

from importlib import metadata

project = "pytest-ddcompat"
author = "The pytest-ddcompat maintainers"
copyright = author  # noqa: A001 - the name that Sphinx reads
release = metadata.version(project)

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
nitpicky = False
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
exclude_patterns = ["_build"]

html_theme = "furo"
html_title = project
html_static_path = ["_static"]
html_css_files = ["console.css"]
