"""App: the WeChat official account. It lives in growth, and nobody in growth imports it."""

from growth.app import App
from growth.language import Text

APP = App(name="wechat", title=Text("WeChat", "微信"), order=30)
