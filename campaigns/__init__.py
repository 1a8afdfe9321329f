"""App: e-mail, SMS and WeChat campaigns from YAML."""

from growth.app import App
from growth.language import Text

APP = App(name="campaigns", title=Text("Campaigns", "群发"), order=20)
