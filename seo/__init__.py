"""App: the SEO audit, submission to search engines, indexing."""

from growth.app import App
from growth.language import Text

APP = App(name="seo", title=Text("SEO", "SEO"), order=10)
