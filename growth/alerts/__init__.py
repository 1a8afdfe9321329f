"""Alerts: one row a fault or event worth telling, and the robots that tell the team (WeCom, DingTalk, Feishu, webhook, mail)."""

from growth.alerts.delivery import DeliveryCounts, deliver_notices, resolve_target, send_test
from growth.alerts.raising import close_alert, raise_alert, targets_of, tell
from growth.alerts.robot import Robot, RobotMessage, RobotTarget, UnknownRobot, find_robot, robot_names
from growth.alerts.scrub import without_personal_data
from growth.alerts.store import Alert, Notice, alert_of, alerts, forget_notices, notices, replay, waiting_notices
from growth.alerts.words import NoticeState

__all__ = [
    "Alert",
    "DeliveryCounts",
    "Notice",
    "NoticeState",
    "Robot",
    "RobotMessage",
    "RobotTarget",
    "UnknownRobot",
    "alert_of",
    "alerts",
    "close_alert",
    "deliver_notices",
    "find_robot",
    "forget_notices",
    "notices",
    "raise_alert",
    "replay",
    "resolve_target",
    "robot_names",
    "send_test",
    "targets_of",
    "tell",
    "waiting_notices",
    "without_personal_data",
]
