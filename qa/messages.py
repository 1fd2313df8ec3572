"""The fixed lines an answer carries when there is no sentence to show. Plain Chinese, one place."""

from qa.records import Reason

MESSAGES: dict[Reason, str] = {
    "not_in_report": "报告里没有写到这件事。",
    "not_a_question": "您好，我只能摘报告里的原话来回答。请问一件报告里可能写到的事。",
    "false_premise": "报告里没有这个说法。",
    "too_vague": "请问得再具体一点。说清是哪件事、哪个小区，更容易找到原话。",
    "empty": "请先输入您想问的事。",
    "too_long": "问题太长了，请短一些再问。",
}


def message(reason: Reason, *, missing: str = "", figure: str = "") -> str:
    """The line for a reason, naming what is missing where that is known."""
    if reason == "not_in_report" and missing:
        return f"报告里没有写到这件事的{missing}。可以打12345市民服务热线问一问。"
    if reason == "not_in_report":
        return MESSAGES[reason] + "可以打12345市民服务热线问一问。"
    if reason == "false_premise" and figure:
        return f"报告里没有“{figure}”这个说法。"
    return MESSAGES[reason]
