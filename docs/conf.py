# How the documents are built: Sphinx, MyST and Furo; nothing is fetched, neither here nor by a reader.
import headwater

project = "Headwater"
author = "The Headwater authors"
copyright = author
version = release = headwater.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "adr/template.md"]

myst_enable_extensions = ["deflist", "dollarmath"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_custom_sections = ["Source"]
napoleon_use_ivar = True

html_theme = "furo"
html_title = f"Headwater {version}"
html_copy_source = False
html_show_sourcelink = False
