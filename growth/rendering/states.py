"""How a state looks: a tone, a mark and a word, so that no meaning rests on colour alone."""

from __future__ import annotations

from dataclasses import dataclass

from growth.language import Text


@dataclass(frozen=True, slots=True)
class Look:
    """`tone` is a class of growth.css (empty: neutral), `icon` a name of icons.html."""

    label: Text | str
    tone: str = ""
    icon: str = "waiting"


def _look(en: str, zh: str, tone: str, icon: str) -> Look:
    return Look(Text(en, zh), tone, icon)


#: every state that a room shows; the words are those of docs/words.md
STATES: dict[str, Look] = {
    # severities
    "error": _look("Error", "错误", "bad", "bad"),
    "warning": _look("Warning", "警告", "warning", "warning"),
    "notice": _look("Notice", "提示", "", "notice"),
    # doctor, monitoring
    "ok": _look("OK", "正常", "good", "good"),
    "warn": _look("Warning", "警告", "warning", "warning"),
    "fail": _look("Failed", "失败", "bad", "bad"),
    # work
    "waiting": _look("Waiting", "等待中", "", "waiting"),
    "queued": _look("Queued", "排队中", "", "waiting"),
    "scheduled": _look("Scheduled", "已排期", "", "waiting"),
    "pending": _look("Pending", "待处理", "", "waiting"),
    "running": _look("Running", "进行中", "working", "working"),
    "sending": _look("Sending", "发送中", "working", "working"),
    "paused": _look("Paused", "已暂停", "warning", "pause"),
    "stopped": _look("Stopped", "已停止", "warning", "pause"),
    "done": _look("Done", "已完成", "good", "good"),
    "finished": _look("Finished", "已完成", "good", "good"),
    "failed": _look("Failed", "失败", "bad", "bad"),
    "missed": _look("Missed", "已错过", "bad", "bad"),
    "cancelled": _look("Cancelled", "已取消", "", "off"),
    "interrupted": _look("Interrupted", "已中断", "warning", "pause"),
    # issues between crawls
    "new": _look("New", "新增", "bad", "plus"),
    "open": _look("Open", "未解决", "warning", "warning"),
    "fixed": _look("Fixed", "已修复", "good", "good"),
    "reappeared": _look("Reappeared", "再次出现", "bad", "plus"),
    "limited": _look("Stopped at its limit", "达到上限", "warning", "pause"),
    "unfinished": _look("Unfinished", "未完成", "warning", "pause"),
    "abandoned": _look("Given up", "已放弃", "", "off"),
    "accepted-issue": _look("Accepted", "已接受", "", "off"),
    # keywords and their target
    "in-target": _look("In target", "达标", "good", "good"),
    "fell-out": _look("Fell out", "已跌出", "bad", "fall"),
    "not-yet": _look("Not yet", "未达标", "", "waiting"),
    # how a page stands beside another
    "behind": _look("Behind", "落后", "warning", "fall"),
    "level": _look("Level", "持平", "", "same"),
    "ahead": _look("Ahead", "领先", "good", "rise"),
    "different": _look("Different", "不同", "", "notice"),
    "unknown": _look("Not measured", "未测", "", "off"),
    # approval
    "draft": _look("Draft", "草稿", "", "edit"),
    "approval-waiting": _look("Waiting for approval", "待审批", "warning", "waiting"),
    "approved": _look("Approved", "已审批", "good", "good"),
    "refused": _look("Refused", "被拒绝", "bad", "bad"),
    # deliveries
    "submitting": _look("Submitting", "提交中", "working", "working"),
    "retrying": _look("Retrying", "重试中", "warning", "waiting"),
    "accepted": _look("Accepted", "已受理", "good", "good"),
    "delivered": _look("Delivered", "已送达", "good", "good"),
    "bounced": _look("Bounced", "退信", "bad", "bad"),
    "rejected": _look("Rejected", "被拒", "bad", "bad"),
    "uncertain": _look("Uncertain", "待核实", "warning", "warning"),
    "skipped": _look("Skipped", "已跳过", "", "off"),
    # placements and submissions
    "planned": _look("Planned", "计划中", "", "waiting"),
    "prepared": _look("Prepared", "已备好", "", "edit"),
    "submitted": _look("Submitted", "已提交", "working", "working"),
    "live": _look("Live", "已上线", "good", "good"),
    "changed": _look("Changed", "有变动", "warning", "warning"),
    "lost": _look("Lost", "已丢失", "bad", "bad"),
    "expired": _look("Expired", "已到期", "warning", "off"),
    "retired": _look("Retired", "已停用", "", "off"),
    "connected": _look("Connected", "已接入", "good", "good"),
    "not-set-up": _look("Not set up", "未配置", "", "off"),
    "not-planned": _look("Not planned", "未列入计划", "", "off"),
    # consent and suppression
    "given": _look("Given", "已许可", "good", "good"),
    "withdrawn": _look("Withdrawn", "已撤回", "bad", "off"),
    "suppressed": _look("Suppressed", "已禁发", "bad", "off"),
    # users, keys, conversations
    "active": _look("Active", "启用", "good", "good"),
    "disabled": _look("Disabled", "已停用", "", "off"),
    "revoked": _look("Revoked", "已吊销", "", "off"),
    "invited": _look("Invited", "待设置密码", "", "waiting"),
    "bot": _look("Bot", "机器人应答", "", "working"),
    "human": _look("With a person", "人工接待", "working", "working"),
    "sent": _look("Sent", "已发送", "good", "good"),
    "answered": _look("Answered", "已回复", "good", "good"),
    "closed": _look("Closed", "已关闭", "", "off"),
}


def state_word(state: object) -> str:
    """`state` as people read it, in the language in force."""
    return str(look_of(state).label)


def look_of(state: object) -> Look:
    """The look of `state` (a name or a StrEnum member); one that is not listed shows its own name, neutral."""
    return STATES.get(str(state)) or Look(str(state))
