"""The sandbox's keys: known to everybody, good for nothing but the sandbox."""

from __future__ import annotations

from typing import Final

#: token of the push API that Baidu's console would show
BAIDU_TOKEN: Final = "sandboxBaidu0001"  # noqa: S105
BING_KEY: Final = "sandbox0bing0key0000000000000001"
ALIYUN_ID: Final = "sandbox-access-key"
ALIYUN_SECRET: Final = "sandbox-access-secret"  # noqa: S105
#: key of the WeCom group robot
ROBOT_KEY: Final = "00000000-0000-4000-8000-000000000000"
WECHAT_APP_ID: Final = "wx0123456789abcdef"
WECHAT_SECRET: Final = "0123456789abcdef0123456789abcdef"  # noqa: S105
WECHAT_TOKEN: Final = "sandboxCallbackToken"  # noqa: S105
#: EncodingAESKey: 43 characters
WECHAT_AES_KEY: Final = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
#: the key file that IndexNow looks for at the demo site
INDEXNOW_KEY: Final = "c0ffee00growth0demo0site"
