"""Language tags: ISO 639-1 languages, ISO 15924 scripts that occur, ISO 3166-1 regions."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LANGUAGES = _words(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi
    fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw
    ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro
    ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi
    yo za zh zu
    """
)
REGIONS = _words(
    """
    ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw by bz ca cc cd cf cg ch ci ck
    cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs
    gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv
    ly ma mc md me mf mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm
    pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf tg th tj tk tl tm tn to tr
    tt tv tw tz ua ug um us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw
    """
)
_SCRIPTS = _words(
    """
    arab armn beng cyrl deva ethi geor grek gujr guru hans hant hebr jpan khmr knda kore laoo latn mlym mong mymr orya sinh taml telu thai
    tibt
    """
)
#: three-letter languages that sites really use (BCP 47 allows them where there is no two-letter one)
_LONGER = _words(
    """
    chr ckb cmn fil gan hak haw hsn kok mai nan sat wuu yue
    """
)
_TAG = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|\d{3}))?(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*(?:-x-[a-z0-9-]+)?", re.I)


def is_language_tag(tag: str) -> bool:
    """Whether a tag is what hreflang takes: language, optionally script and region."""
    found = _TAG.fullmatch(tag.strip())
    if not found or found[1].lower() not in LANGUAGES:
        return False
    return _rest_is_known(found)


def is_bcp47(tag: str) -> bool:
    """Whether a tag is what ``html lang`` takes."""
    found = _TAG.fullmatch(tag.strip())
    if not found or (found[1].lower() not in LANGUAGES and found[1].lower() not in _LONGER):
        return False
    return _rest_is_known(found)


def _rest_is_known(found: re.Match[str]) -> bool:
    script, region = found[2], found[3]
    return (script is None or script.lower() in _SCRIPTS) and (region is None or region.isdigit() or region.lower() in REGIONS)


#: characters that only simplified, and only traditional texts have (a hundred of the most frequent pairs)
SIMPLIFIED = frozenset(
    "们这国说时过给对会后来为个发样经开关见长门问间东车书买卖图园实现体进远运动电话语请认识让议论证评费资贷网络业务产专价优众伤传债债务亿仅从仓众优伟贤货质贸贺费赔赚军农决况净减划则刘创别剧劳势华协单卖卢卫却厂厅历压厌参双变叶号听启员"
)
TRADITIONAL = (
    frozenset(
        "們這國說時過給對會後來為個發樣經開關見長門問間東車書買賣圖園實現體進遠運動電話語請認識讓議論證評費資貸網絡業務產專價優眾傷傳債億僅從倉偉賢貨質貿賀賠賺軍農決況淨減劃則劉創別劇勞勢華協單盧衛卻廠廳歷壓厭參雙變葉號聽啟員"
    )
    - SIMPLIFIED
)
