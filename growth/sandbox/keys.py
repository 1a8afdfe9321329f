"""The sandbox's keys: known to everybody, good for nothing but the sandbox."""

from __future__ import annotations

from typing import Final

#: token of the push API that Baidu's console would show
BAIDU_TOKEN: Final = "sandboxBaidu0001"  # noqa: S105
#: API token of an account at Baidu Ads
BAIDU_OCPC_TOKEN: Final = "sandbox0ocpc0token@sandbox"  # noqa: S105
BING_KEY: Final = "sandbox0bing0key0000000000000001"
ALIYUN_ID: Final = "sandbox-access-key"
ALIYUN_SECRET: Final = "sandbox-access-secret"  # noqa: S105
TENCENT_ID: Final = "AKIDsandbox0secret0id"
TENCENT_KEY: Final = "sandbox-tencent-secret-key"
TENCENT_APP: Final = "1400000001"
SENDGRID_KEY: Final = "SG.sandbox-api-key"
#: private key (P-256) by which the stand-in signs its events, and the public one that SendGrid's console would show
SENDGRID_PRIVATE_NUMBER: Final = 0x5A5B0C1D2E3F405162738495A6B7C8D9EAFB0C1D2E3F405162738495A6B7C8D9
SENDGRID_PUBLIC_KEY: Final = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE1rVBrLmB7iI0FA40hGlOtHETNGWFb+Dhx+e71AxuK6/nRw8gUv0CfqlPqcW7uOqoFgHzJoeaec+kQd3BFzGc7Q=="
)
#: key of the WeCom group robot
ROBOT_KEY: Final = "00000000-0000-4000-8000-000000000000"
WECHAT_APP_ID: Final = "wx0123456789abcdef"
WECHAT_SECRET: Final = "0123456789abcdef0123456789abcdef"  # noqa: S105
WECHAT_TOKEN: Final = "sandboxCallbackToken"  # noqa: S105
#: EncodingAESKey: 43 characters
WECHAT_AES_KEY: Final = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
#: the key file that IndexNow looks for at the demo site
INDEXNOW_KEY: Final = "c0ffee00growth0demo0site"
