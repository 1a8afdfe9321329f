"""The official account as a carrier of messages: customer-service messages (客服消息) to followers who did something within their window.

The call knows no idempotency: where its answer is lost, nobody knows whether the follower got it. One message is one call, and one
batch, so that at most one is ever in doubt. Each stands in the conversation (`wx_outbox`) under the id of its delivery.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from growth import clock
from growth.contacts import Medium
from growth.db import Database, open_database
from growth.errors import GrowthError, ProviderError
from growth.language import _
from growth.messaging import Capabilities, Feedback, Message, RawRequest, Receipt, UnsupportedFeature, WeChat
from growth.wechat import followers, windows
from growth.wechat.client import PASSING, TOKEN_ERRORS, Account, Unanswered, WeChatRefused
from growth.wechat.lint import may
from growth.wechat.models import Outbox
from growth.wechat.settings import WeChatFile
from growth.workspace import Workspace

#: who stands in the conversation as the author
AUTHOR = "campaign"
#: the account is at fault: no message can go (developers.weixin.qq.com › 全局返回码)
OF_ACCOUNT = TOKEN_ERRORS | {40002, 40013, 40125, 40164, 40243, 41001, 41002, 41004, 45009, 48001, 48004, 50002, 61024}
#: the follower's window is closed, or what it allowed is used up, whatever we knew
OF_WINDOW = frozenset({45015, 45047})
#: how long a follower's message waits where WeChat is busy, or was called too often within the minute
WAIT = timedelta(seconds=60)


class _State(StrEnum):
    """What became of a message, as the outbox has it."""

    SUBMITTING = "submitting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNCERTAIN = "uncertain"


class WeChatMessages:
    """The account of a workspace. Its database is opened with the first message."""

    name = "wechat"
    capabilities = Capabilities(media=frozenset({Medium.WECHAT}), max_batch=1)

    def __init__(self, workspace: Workspace, file: WeChatFile) -> None:
        self._workspace, self._file = workspace, file
        self._database: Database | None = None
        self._account: Account | None = None

    def send(self, batch: Sequence[Message]) -> Sequence[Receipt]:
        """One call a message. Raises ProviderError where the account itself is refused, or nobody answers before anything was sent."""
        receipts: list[Receipt] = []
        for message in batch:
            try:
                receipts.append(self._send(message))
            except ProviderError as fault:
                if not receipts:
                    raise
                waiting = batch[len(receipts) :]
                return receipts + [Receipt.later(each, fault.message, fault.retry_after) for each in waiting]
        return receipts

    def read_feedback(self, request: RawRequest) -> Sequence[Feedback]:
        """WeChat tells nothing of these messages afterwards."""
        raise UnsupportedFeature(_("WeChat sends no reports on customer-service messages"))

    def close(self) -> None:
        """Give the database's connections back."""
        if self._database is not None:
            self._database.close()

    def _send(self, message: Message) -> Receipt:
        if self._database is None or self._account is None:
            self._database = open_database(self._workspace, check_schema=False)
            self._account = Account(self._database, self._file)
        database, content = self._database, message.content
        assert isinstance(content, WeChat), content
        with database.write() as session:
            view = followers.find_follower(session, openid=message.to)
            if view is None or not view.subscribed:
                return Receipt.refused(message, "43004 require subscribe")
            if not windows.take(session, follower_id=view.id, now=clock.now(), keep=windows.KEPT_FOR_ANSWERS):
                return Receipt.refused(message, "45015 response out of time limit")
            _note(session, message, content, view.id)
        try:
            self._account.call("message/custom/send", data={"touser": message.to, **content.payload})
        except Unanswered as fault:
            self._settle(message, view.id, _State.UNCERTAIN)
            return Receipt.unknown(message, fault.message)
        except WeChatRefused as fault:
            self._settle(message, view.id, _State.REJECTED, code=fault.code)
            return _refusal(message, fault)
        except ProviderError:
            # nothing reached WeChat
            self._settle(message, view.id, _State.REJECTED)
            raise
        self._settle(message, view.id, _State.ACCEPTED, code=0)
        return Receipt.accepted(message)

    def _settle(self, message: Message, follower_id: UUID, state: _State, *, code: int | None = None) -> None:
        assert self._database is not None
        with self._database.write() as session:
            row = session.get_one(Outbox, message.id)
            row.state, row.errcode = state.value, code
            if code in OF_WINDOW:
                windows.close(session, follower_id=follower_id)
            elif state is _State.REJECTED:
                windows.give_back(session, follower_id=follower_id)


def open_wechat(workspace: Workspace) -> WeChatMessages:
    """The account of wechat.yaml. Raises GrowthError where there is none, or it may not send to followers."""
    file = workspace.one("wechat", WeChatFile)
    if not file.configured:
        raise GrowthError(_("wechat.yaml has no account"), fix=_("write account: {app_id: …} into wechat.yaml"))
    if not may(file.account, "kf"):
        raise GrowthError(
            _("an unverified account may send nothing to its followers"),
            fix=_("have the account verified (微信认证), then write verified: true into wechat.yaml"),
            where=workspace.where("wechat", None, "account"),
        )
    return WeChatMessages(workspace, file)


def _note(session: Session, message: Message, content: WeChat, follower_id: UUID) -> None:
    """The message in the conversation; one that is tried again stands there once."""
    body = session.info["database"].vault.seal("wx_outbox.body", message.id, content.text)
    session.merge(
        Outbox(
            id=message.id,
            follower_id=follower_id,
            body=body,
            author=AUTHOR,
            at=clock.now(),
            state=_State.SUBMITTING.value,
            errcode=None,
        )
    )


def _refusal(message: Message, fault: WeChatRefused) -> Receipt:
    """What an error code means for this message. Raises `fault` where it means the same for every other."""
    if fault.code in OF_ACCOUNT:
        raise fault
    if fault.code in PASSING:
        return Receipt.later(message, fault.message, WAIT)
    return Receipt.refused(message, fault.message)
