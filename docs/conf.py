"""How Sphinx builds the site: ``python -m tools.site`` gathers its pages first."""

from gridexplainer_widget import __version__

project = "gridexplainer-widget"
release = __version__
author = "the authors of gridexplainer-widget"
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "tools.site.docstrings",
    "tools.site.mathml",
]

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4

autodoc_default_options = {"inherited-members": True}
autodoc_member_order = "groupwise"
autodoc_typehints = "none"  # the docstrings tell them, in words
napoleon_google_docstring = False
napoleon_use_rtype = False

html_theme = "furo"
html_title = f"{project} {release}"
html_extra_path = ["extra"]  # live pages: copied as they are
html_static_path = ["look"]
html_css_files = ["site.css"]
html_js_files = ["frames.js"]
html_math_renderer = "mathml"
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_theme_options = {"sidebar_hide_name": False}
