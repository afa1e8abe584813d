"""What the issuer's one page says, in both languages, and which of them a browser wants; knows no HTTP."""

from __future__ import annotations

from typing import Final

from shared.words import Language, Words

WORDS: Final = {
    "title": Words("登录", "Sign in"),
    "product": Words("准绳", "Plumbline"),
    "for_whom": Words("本机开发用登录服务", "Sign-in for this machine only"),
    "user_name": Words("用户名", "User name"),
    "password": Words("密码", "Password"),
    "sign_in": Words("登录", "Sign in"),
    "hint": Words(
        "用户名和密码由 plumbline sign-ins 列出。", "The command plumbline sign-ins lists user names and passwords."
    ),
    "wrong": Words("用户名或密码不对，请重新输入。", "The user name or the password is wrong: enter them again."),
    "too_often": Words("连续输错次数过多，请五分钟后再试。", "Wrong too often in a row: try again in five minutes."),
    "form_over": Words(
        "此页打开得太久，已经失效。请回到准绳重新登录。",
        "This page was open for too long: go back to Plumbline and sign in again.",
    ),
    "foreign_form": Words(
        "这份表单不是从本页发出的。请回到准绳重新登录。",
        "The form was not sent from this page: go back to Plumbline and sign in again.",
    ),
    "unknown_client": Words(
        "登录请求不是来自准绳，已拒绝。请从准绳的页面进入。",
        "The request does not come from Plumbline and is refused: enter from its own page.",
    ),
    "signed_out": Words("已经退出登录。", "You are signed out."),
    "back": Words("回到准绳", "Back to Plumbline"),
}


def wanted(ui_locales: str, accept_language: str) -> Language:
    """The language that the console asks for, else the first that the browser lists, else Chinese."""
    listed = [part.partition(";")[0] for part in accept_language.split(",")]
    for tag in (*ui_locales.split(), *listed):
        primary = tag.strip().lower().partition("-")[0]
        for language in Language:
            if primary == language.value:
                return language
    return Language.ZH
