"""Several questions in one message: each is answered by itself, in their order, on the page, at the terminal, in the JSON."""

from qa.commands.asking import _as_text
from qa.service import Service
from qa.web.render import Setting, answer_html

ASKED = "热线满意率是多少？市长的手机号码是多少？"


def test_each_question_has_its_own_answer(real_service: Service) -> None:
    answer = real_service.ask(ASKED)
    first, second = answer.parts
    assert answer.answered
    assert "满意率91.4%" in first.citations[0].sentence
    assert second.message
    assert [part["answered"] for part in answer.to_json()["parts"]] == [True, False]


def test_a_question_without_an_answer_is_not_passed_over(real_service: Service) -> None:
    answer = real_service.ask(ASKED)
    open_part = answer.parts[1].question
    assert f"还有一问没有找到答案：{open_part}" in answer_html(answer, Setting())
    assert f"还有一问没有找到答案:{open_part}" in _as_text(answer)


def test_several_questions_without_any_answer_keep_their_parts(real_service: Service) -> None:
    answer = real_service.ask("月球上有多少人？火星上有几条河？")
    assert not answer.answered
    assert [part.answered for part in answer.parts] == [False, False]


def test_one_question_has_no_parts(real_service: Service) -> None:
    assert "parts" not in real_service.ask("热线满意率是多少").to_json()
