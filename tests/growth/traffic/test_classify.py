"""The channel rules, on addresses, referrers and user agents as Chinese and other browsers send them."""

from __future__ import annotations

import pytest

from growth.traffic import bot_reason, classify

SITE = "https://www.example.com"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36"
PHONE = "Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
GBK = "%CD%F8%C2%E7%BD%E8%B4%FB"  # 网络借贷 in GBK
UTF = "%E7%BD%91%E7%BB%9C%E5%80%9F%E8%B4%B7"

# address, referrer, what is added to the user agent, medium, source, term
CASES = [
    # search engines
    ("/", "https://www.baidu.com/link?url=abc&wd=&eqid=1", "", "organic-search", "baidu", None),
    ("/", "https://m.baidu.com/", "", "organic-search", "baidu", None),
    ("/", f"http://www.baidu.com/s?wd={UTF}&ie=utf-8", "", "organic-search", "baidu", "网络借贷"),
    ("/", f"http://www.baidu.com/s?wd={GBK}", "", "organic-search", "baidu", "网络借贷"),
    ("/", f"https://m.baidu.com/from=1/s?word={UTF}", "", "organic-search", "baidu", "网络借贷"),
    ("/", "https://image.baidu.com/search/index?word=%E5%80%9F", "", "organic-search", "baidu", "借"),
    ("/", "https://www.so.com/link?m=abc", "", "organic-search", "360", None),
    ("/", f"https://www.so.com/s?q={UTF}", "", "organic-search", "360", "网络借贷"),
    ("/", f"https://m.so.com/s?q={UTF}", "", "organic-search", "360", "网络借贷"),
    ("/", "http://so.360.cn/s?q=a", "", "organic-search", "360", "a"),
    ("/", "https://www.haosou.com/s?q=a", "", "organic-search", "360", "a"),
    ("/", f"https://www.sogou.com/web?query={GBK}", "", "organic-search", "sogou", "网络借贷"),
    ("/", "https://m.sogou.com/web/searchList.jsp?keyword=a", "", "organic-search", "sogou", "a"),
    ("/", "https://weixin.sogou.com/weixin?type=2&query=a", "", "organic-search", "wechat-search", "a"),
    ("/", f"https://m.sm.cn/s?q={UTF}", "", "organic-search", "shenma", "网络借贷"),
    ("/", "https://quark.sm.cn/s?q=a", "", "organic-search", "shenma", "a"),
    ("/", "https://so.toutiao.com/search?keyword=a", "", "organic-search", "toutiao-search", "a"),
    ("/", "https://www.youdao.com/search?q=a", "", "organic-search", "youdao", "a"),
    ("/", "https://www.google.com.hk/", "", "organic-search", "google", None),
    ("/", "https://www.google.co.jp/", "", "organic-search", "google", None),
    ("/", "https://cn.bing.com/search?q=a", "", "organic-search", "bing", "a"),
    ("/", "https://duckduckgo.com/", "", "organic-search", "duckduckgo", None),
    ("/", "https://yandex.ru/clck/jsredir", "", "organic-search", "yandex", None),
    ("/", "android-app://com.google.android.googlequicksearchbox/", "", "organic-search", "google", None),
    ("/", "android-app://com.baidu.searchbox", "", "organic-search", "baidu", None),
    # what is Baidu's and Sogou's, and no search
    ("/", "https://tieba.baidu.com/p/8123", "", "organic-social", "tieba", None),
    ("/", "https://zhidao.baidu.com/question/1.html", "", "organic-social", "baidu-zhidao", None),
    ("/", "https://baike.baidu.com/item/x", "", "referral", "baidu-baike", None),
    ("/", "https://baijiahao.baidu.com/s?id=1", "", "organic-social", "baijiahao", None),
    ("/", "https://haokan.baidu.com/v?vid=1", "", "organic-video", "haokan", None),
    ("/", "https://www.hao123.com/", "", "referral", "hao123", None),
    # social networks and videos
    ("/", "https://weibo.com/u/1", "", "organic-social", "weibo", None),
    ("/", "https://m.weibo.cn/status/1", "", "organic-social", "weibo", None),
    ("/", "http://t.cn/A6x", "", "organic-social", "weibo", None),
    ("/", "https://weibo.cn/sinaurl?u=https%3A%2F%2Fwww.example.com", "", "organic-social", "weibo", None),
    ("/", "https://www.zhihu.com/question/1", "", "organic-social", "zhihu", None),
    ("/", "https://link.zhihu.com/?target=https%3A//www.example.com", "", "organic-social", "zhihu", None),
    ("/", "https://zhuanlan.zhihu.com/p/1", "", "organic-social", "zhihu", None),
    ("/", "https://www.xiaohongshu.com/explore/1", "", "organic-social", "xiaohongshu", None),
    ("/", "https://www.douban.com/group/topic/1", "", "organic-social", "douban", None),
    ("/", "https://user.qzone.qq.com/1", "", "organic-social", "qzone", None),
    ("/", "https://c.pc.qq.com/middlem.html?pfurl=x", "", "organic-social", "qq", None),
    ("/", "https://www.toutiao.com/article/1", "", "organic-social", "toutiao", None),
    ("/", "https://link.juejin.cn/?target=x", "", "organic-social", "juejin", None),
    ("/", "https://xueqiu.com/S/SH600000", "", "organic-social", "xueqiu", None),
    ("/", "https://www.bilibili.com/video/BV1", "", "organic-video", "bilibili", None),
    ("/", "https://www.douyin.com/video/1", "", "organic-video", "douyin", None),
    ("/", "https://www.kuaishou.com/short-video/1", "", "organic-video", "kuaishou", None),
    ("/", "https://v.qq.com/x/page/1.html", "", "organic-video", "tencent-video", None),
    ("/", "https://l.facebook.com/", "", "organic-social", "facebook", None),
    ("/", "https://t.co/abc", "", "organic-social", "x", None),
    ("/", "https://www.youtube.com/", "", "organic-video", "youtube", None),
    ("/", "https://www.taobao.com/", "", "organic-shopping", "taobao", None),
    # AI assistants and mail
    ("/", "https://www.doubao.com/", "", "ai-assistant", "doubao", None),
    ("/", "https://kimi.moonshot.cn/", "", "ai-assistant", "kimi", None),
    ("/", "https://yuanbao.tencent.com/", "", "ai-assistant", "yuanbao", None),
    ("/", "https://chat.deepseek.com/", "", "ai-assistant", "deepseek", None),
    ("/", "https://chatgpt.com/", "", "ai-assistant", "chatgpt", None),
    ("/", "https://mail.qq.com/", "", "email", "qq-mail", None),
    ("/", "https://mail.163.com/", "", "email", "163-mail", None),
    ("/", "android-app://com.google.android.gm/", "", "email", "gmail", None),
    # WeChat and other apps
    ("/", "", " MicroMessenger/8.0.49", "wechat", "wechat", None),
    ("/?from=timeline&isappinstalled=0", "", " MicroMessenger/8.0.49", "wechat", "wechat-moments", None),
    ("/?from=groupmessage", "", " MicroMessenger/8.0.49", "wechat", "wechat-group", None),
    ("/?from=singlemessage", "", " MicroMessenger/8.0.49", "wechat", "wechat-friend", None),
    ("/", "", " MicroMessenger/8.0.49 miniProgram/wx1", "wechat", "wechat-miniprogram", None),
    ("/", "https://mp.weixin.qq.com/s/abc", " MicroMessenger/8.0.49", "wechat", "wechat-article", None),
    ("/", "", " wxwork/4.1.0 MicroMessenger/7.0.1", "wechat", "wecom", None),
    ("/", "", " baiduboxapp/13.0", "organic-search", "baidu", None),
    ("/", "", " aweme_300400 NewsArticle/30.4", "organic-video", "douyin", None),
    ("/", "", " Weibo (iPhone15,2__weibo__13.9.0)", "organic-social", "weibo", None),
    ("/", "", " QQ/8.9.58", "organic-social", "qq", None),
    ("/", "", " MQQBrowser/13.6", "direct", None, None),
    ("/", "", " AlipayClient/10.5", "referral", "alipay", None),
    ("/", "", " DingTalk/7.0", "organic-social", "dingtalk", None),
    # click ids
    ("/?bd_vid=123", "https://www.baidu.com/", "", "paid-search", "baidu", None),
    ("/?qhclickid=abc", "", "", "paid-search", "360", None),
    ("/?uctrackid=abc", "", "", "paid-search", "shenma", None),
    ("/?gdt_vid=abc", "", " MicroMessenger/8.0", "paid-social", "tencent", None),
    ("/?clickid=1&projectid=2", "", "", "paid-social", "oceanengine", None),
    ("/?clickid=1", "", "", "direct", None, None),
    ("/?clickid=__CLICKID__&projectid=2", "", "", "direct", None, None),
    ("/?gclid=1", "", "", "paid-search", "google", None),
    ("/?gclid=1", "https://duckduckgo.com/", "", "organic-search", "duckduckgo", None),
    ("/?fbclid=1", "https://l.facebook.com/", "", "organic-social", "facebook", None),
    ("/?fbclid=1&utm_source=facebook&utm_medium=paid_social", "https://l.facebook.com/", "", "paid-social", "facebook", None),
    # utm before all but our own token
    (f"/?utm_source=baidu&utm_medium=cpc&utm_term={UTF}", "https://www.zhihu.com/", "", "paid-search", "baidu", "网络借贷"),
    ("/?utm_source=BAIDU&utm_medium=CPC", "", "", "paid-search", "baidu", None),
    ("/?utm_source=baidu&bd_vid=1", "", "", "paid-search", "baidu", None),
    ("/?utm_source=google&utm_medium=organic&gclid=1", "", "", "organic-search", "google", None),
    ("/?utm_source=weibo&utm_medium=cpm", "", "", "paid-social", "weibo", None),
    ("/?utm_source=acme&utm_medium=cpm", "", "", "display", "acme", None),
    ("/?utm_source=acme&utm_medium=banner", "", "", "display", "acme", None),
    ("/?utm_source=acme&utm_medium=cpa", "", "", "paid-other", "acme", None),
    ("/?utm_source=douyin&utm_medium=paid", "", "", "paid-video", "douyin", None),
    ("/?utm_source=taobao&utm_medium=cpc", "", "", "paid-shopping", "taobao", None),
    ("/?utm_source=google&utm_medium=cpc&utm_campaign=cross-network", "", "", "cross-network", "google", None),
    ("/?utm_source=newsletter", "", "", "email", "newsletter", None),
    ("/?utm_source=acme&utm_medium=e-mail", "", "", "email", "acme", None),
    ("/?utm_source=acme&utm_medium=sms", "", "", "sms", "acme", None),
    ("/?utm_source=acme&utm_medium=affiliate", "", "", "affiliate", "acme", None),
    ("/?utm_source=acme&utm_medium=audio", "", "", "audio", "acme", None),
    ("/?utm_source=acme&utm_medium=webpush", "", "", "push", "acme", None),
    ("/?utm_source=acme&utm_medium=social", "", "", "organic-social", "acme", None),
    ("/?utm_source=acme&utm_medium=video", "", "", "organic-video", "acme", None),
    ("/?utm_source=acme&utm_medium=link", "", "", "referral", "acme", None),
    ("/?utm_source=微信&utm_medium=social", "", "", "organic-social", "wechat", None),
    ("/?utm_source=acme&utm_medium=offline", "", "", "unassigned", "acme", None),
    ("/?utm_source=acme&utm_medium=paid-search", "", "", "paid-search", "acme", None),
    ("/?utm_source=acme&utm_medium=something", "https://www.baidu.com/", "", "unassigned", "acme", None),
    ("/?utm_source=acme", "", "", "unassigned", "acme", None),
    ("/?hmsr=toutiao&hmpl=cpc&hmkw=a", "", "", "paid-social", "toutiao", "a"),
    # the rest
    ("/", "https://news.partner.example.net/a", "", "referral", "news.partner.example.net", None),
    ("/", "", "", "direct", None, None),
    ("/", "https://www.example.com/loan", "", "direct", None, None),
    ("/", "https://m.example.com/loan", "", "direct", None, None),
    ("/", "https://excashier.alipay.com/", "", "direct", None, None),
    ("/", "not a url", "", "direct", None, None),
    ("/", "ftp://files.example.net/", "", "direct", None, None),
]


@pytest.mark.parametrize(("address", "referrer", "more", "medium", "source", "term"), CASES)
def test_a_page_view_is_classified(address: str, referrer: str, more: str, medium: str, source: str | None, term: str | None) -> None:
    found = classify(SITE + address, referrer, (PHONE if more else CHROME) + more)
    assert (found.medium, found.source, found.term, found.bot) == (medium, source, term, None)


def test_the_click_id_is_kept_whatever_decides() -> None:
    found = classify(f"{SITE}/?utm_source=acme&utm_medium=email&bd_vid=77")
    assert (found.medium, found.click_parameter, found.click_id) == ("email", "bd_vid", "77")


@pytest.mark.parametrize("url", ["", "example.com", "javascript:alert(1)", "https://", "https://[::1/", "ftp://www.example.com/"])
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        classify(url)


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
        IPHONE + " Safari/601.1 (compatible; Baiduspider-render/2.0; +http://www.baidu.com/search/spider.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        PHONE + " (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/50.0 Safari/537.36; 360Spider",
        "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 Mobile Safari/537.36 (compatible; Bytespider; spider-feedback@bytedance.com)",
        "Mozilla/5.0 (compatible; YisouSpider/5.0; +http://www.yisou.com)",
        PHONE + " (compatible; PetalBot;+https://webmaster.petalsearch.com/site/petalbot)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36",
        "python-requests/2.31.0",
        "curl/8.1.2",
        "Go-http-client/2.0",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "acme-monitor/1.0",
        "",
    ],
)
def test_bots_are_told(agent: str) -> None:
    assert bot_reason(agent) is not None


@pytest.mark.parametrize(
    "agent",
    [
        CHROME,
        PHONE,
        IPHONE + " MicroMessenger/8.0.49",
        "Mozilla/5.0 (Linux; Android 8.1.0; CUBOT_NOVA Build/O11019) AppleWebKit/537.36 Chrome/71.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 7.0; M bot 60 Build/NRD90M) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/58.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 13; Spider 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/58.0 Safari/537.36 SE 2.X MetaSr 1.0",
        "Mozilla/5.0 (Linux; U; Android 13; zh-CN; PGEM10) AppleWebKit/537.36 Chrome/100.0 Mobile Safari/537.36 UCBrowser/15.5 U3/0.8.0",
        "Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00; HMSCore 6.12) Chrome/99.0 HuaweiBrowser/14.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; U; Android 14; zh-cn; 23049RAD8C) Chrome/109.0 Mobile Safari/537.36 XiaoMi/MiuiBrowser/18.2",
        "Mozilla/5.0 (Linux; Android 14; AP3A.240617.008) AppleWebKit/537.36 Chrome/124.0 Mobile Safari/537.36 SogouMobileBrowser/6.3",
        IPHONE + " baiduboxapp/13.59 (Baidu; P2 17.5)",
        IPHONE + " NetType/WIFI Language/zh_CN WhatsApp/2.24",
    ],
)
def test_people_are_not_taken_for_bots(agent: str) -> None:
    assert bot_reason(agent) is None
