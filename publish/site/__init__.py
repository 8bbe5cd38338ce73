"""The static site: what most people see of a release, in English and Khmer, as plain files for any host.

It is made from the release alone, needs no server, and sends nothing anywhere. `build` makes it; `facts` and `rates`
read the release for it; `pages` says which pages there are; the rest is how a page comes by its words and its bytes.
"""

from publish.site.build import SiteReport, build_site, writers

__all__ = ["SiteReport", "build_site", "writers"]
