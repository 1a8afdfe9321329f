"""The text of the mails: Chinese, 16 KB of HTML."""

from __future__ import annotations

_SENTENCE = "本月新增四个借款项目，用途、期限、借款年化利率（单利）与风险等级均在项目页列明，出借有风险，需谨慎。"
_HEAD = '<html><body><h1>本月更新</h1><p>NAME，请看<a href="LINK">本月更新</a>。</p>'
_PARAGRAPH = f"<p>{_SENTENCE}</p>"

#: paragraphs of Markdown for our own campaign, as much text as BODY_HTML has
PARAGRAPHS = (16 * 1024 - len(_HEAD.encode())) // len(_PARAGRAPH.encode())
BODY_HTML = _HEAD + _PARAGRAPH * PARAGRAPHS + "</body></html>"
BODY_MARKDOWN = "\n\n".join(_SENTENCE for _number in range(PARAGRAPHS))
