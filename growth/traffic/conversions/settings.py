"""The section ``conversions`` of growth.yaml: which platforms are told, of what, under which of their codes."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from growth.language import _
from growth.workspace import FromEnv, Secret, YamlModel


class BaiduConversions(YamlModel):
    """百度营销 oCPC, API 回传 of web pages."""

    token: Secret = Field(description="the API token of the account, from the console › 转化追踪 › API / 百度 oCPC 回传 Token")
    types: dict[str, int] = Field(
        min_length=1,
        description="step → code of its conversion type (newType) in the console; `register` is the sign-up / 转化类型编码",
    )
    privacy_notice: bool = Field(
        default=False,
        description="the site's privacy notice names Baidu as a receiver of click ids; needed / 隐私政策已写明向百度提供点击标识",
    )
    value: bool = Field(default=False, description="send the amount too (CNY only) / 一并回传金额")
    endpoint: FromEnv = "https://ocpc.baidu.com/ocpcapi/api/uploadConvertData"

    @model_validator(mode="after")
    def _told(self) -> Self:
        if not self.privacy_notice:
            raise ValueError(_("click ids go to another company: name it in the site's privacy notice and set privacy_notice: true"))
        return self


class ConversionSettings(YamlModel):
    """Ad platforms that are told of conversions; one that is not here is told nothing."""

    baidu: BaiduConversions | None = None
