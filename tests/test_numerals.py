"""Numbers are read as printed: value, unit, bound and offsets, in any form."""

import csv
import json
import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.chinese import chinese_value
from corpus.errors import NumeralError
from corpus.figures import plain
from corpus.numerals import date_parts, parse_numeral, read_numbers, same_unit, same_value

DATA = Path(__file__).parent / "data"
REPORT = Path(__file__).parent.parent / "corpus" / "reports" / "yanji-2021" / "report.txt"
DIGITS = "零一二三四五六七八九"


def in_chinese(number: int) -> str:
    """A whole number below 10^12 as one writes it out: 16399 is 一万六千三百九十九."""
    if number == 0:
        return "零"
    words = ""
    for power, place in ((10**8, "亿"), (10**4, "万"), (1, "")):
        part, number = divmod(number, power)
        if part:
            gap = words and part < 1000
            words += ("零" if gap else "") + section(part) + place
        elif words and number and not words.endswith("零"):
            words += "零"
    words = words.replace("零零", "零").rstrip("零") if words != "零" else words
    return words.removeprefix("一") if words.startswith("一十") else words


def section(number: int) -> str:
    words = ""
    for power, place in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, power)
        if digit:
            words += DIGITS[digit] + place
        elif words and number and not words.endswith("零"):
            words += "零"
    return words


def full_width(text: str) -> str:
    return text.translate({ord(a): ord(a) + 0xFEE0 for a in "0123456789.,%"})


# Eleven plain digits from 13 on are a mobile phone number, ten from 400 on a service line.
wholes = st.integers(min_value=1, max_value=10**10 - 1).filter(lambda number: number // 10**7 != 400)
units = st.sampled_from(["件", "人次", "剂次", "家", "辆", "户", "元", "平方米", "个"])


@given(wholes, units)
@example(2, "元")  # 二元 is a name in 城乡二元结构 only
def test_a_whole_number_is_read_back_from_every_form_it_is_printed_in(number, unit):
    for form in (str(number), f"{number:,}", full_width(str(number)), full_width(f"{number:,}"), in_chinese(number)):
        text = f"合计为{form}{unit}。"
        [found] = [one for one in read_numbers(text) if one.kind != "name"]
        assert (found.printed, found.value, found.unit) == (form + unit, number, unit)


@given(wholes)
def test_a_numeral_written_out_has_its_value(number):
    assert chinese_value(in_chinese(number)) == number


@given(st.integers(1, 99_999), st.integers(1, 9), st.sampled_from([("万", 10**4), ("亿", 10**8)]))
def test_a_decimal_with_a_place_word_is_its_product(whole, tenth, place):
    [found] = read_numbers(f"达{whole}.{tenth}{place[0]}元")
    assert found.value == Decimal(f"{whole}.{tenth}") * place[1]
    assert found.unit == "元"


@given(st.integers(0, 99), st.integers(0, 99))
def test_a_percentage_is_one_value_in_digits_and_in_words(whole, hundredth):
    digits = f"{whole}.{hundredth:02d}"
    words = f"百分之{in_chinese(whole)}点{DIGITS[hundredth // 10]}{DIGITS[hundredth % 10]}"
    printed = [read_numbers(form) for form in (digits + "%", full_width(digits) + "％", words)]
    assert all(len(found) == 1 and found[0].kind == "percent" and found[0].value == Decimal(digits) for found in printed)


@pytest.mark.parametrize(
    ("text", "printed", "value", "unit", "qualifier"),
    [
        ("清运单车6万余辆。", "6万余辆", 60000, "辆", "余"),
        ("达60000多辆", "60000多辆", 60000, "辆", "多"),
        ("为近4万人次居民", "近4万人次", 40000, "人次", "近"),
        ("满意率91.4％", "91.4％", "91.4", "%", ""),
        ("比例达到95%以上生效", "95%以上", 95, "%", "以上"),
        ("约占九成半", "九成半", 95, "%", ""),
        ("接近九成", "接近九成", 90, "%", "接近"),
        ("不足六万辆", "不足六万辆", 60000, "辆", "不足"),
        ("突破1.6万人", "突破1.6万人", 16000, "人", "突破"),
        ("约13.5万剂次", "约13.5万剂次", 135000, "剂次", "约"),
        ("签约293产", "293产", 293, "产", ""),
        ("接送百余次", "百余次", 100, "次", "余"),
        ("十多万人参加", "十多万人", 100000, "人", "多"),
        ("损失二十五億七千多萬元", "二十五億七千多萬元", 2570000000, "元", "多"),
        ("兩億餘元", "兩億餘元", 200000000, "元", "余"),
        ("历时三个多月", "三个多月", 3, "个月", "多"),
        ("用了两个半小时", "两个半小时", "2.5", "个小时", ""),
        ("提高5个百分点", "5个百分点", 5, "个百分点", ""),
        ("翻了两番", "翻了两番", 2, "番", ""),
        ("增长一点四倍", "一点四倍", "1.4", "倍", ""),
        ("位于第八位", "第八位", 8, "位", ""),
        ("装机200万千瓦", "200万千瓦", 2000000, "千瓦", ""),
        ("廿四小时值守", "廿四小时", 24, "小时", ""),
        ("他们俩人", "俩人", 2, "人", ""),
        ("一亿二千万农户", "一亿二千万", 120000000, "", ""),
        ("粮食达到4 9 2 5 0 万吨", "4 9 2 5 0 万吨", 492500000, "吨", ""),
        ("除以上十项工作", "十项", 10, "项", ""),
        ("近五年来", "五年", 5, "年", ""),
    ],
)
def test_value_unit_and_bound_are_read_with_the_print(text, printed, value, unit, qualifier):
    [found] = read_numbers(text)
    assert (found.printed, found.value, found.unit, found.qualifier) == (printed, Decimal(value), unit, qualifier)
    assert text[found.start : found.end] == printed


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [("3%~5%", 3, 5, "%"), ("三至五家", 3, 5, "家"), ("3—5万元", 30000, 50000, "元"), ("百分之三到百分之五", 3, 5, "%"), ("七八百人", 700, 800, "人")],
)
def test_a_range_has_two_ends(text, low, high, unit):
    [found] = read_numbers(text)
    assert (found.value, found.upper, found.unit) == (low, high, unit)


def test_from_one_value_to_another_is_no_range():
    assert [one.value for one in read_numbers("从5%提高到10%")] == [5, 10]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("2021年8月31日", (2021, 8, 31)),
        ("8月31号", (None, 8, 31)),
        ("二〇二一年十一月", (2021, 11, None)),
        ("2022-03-30", (2022, 3, 30)),
        ("2021年度", (2021, None, None)),
    ],
)
def test_dates_have_the_parts_that_are_printed(text, parts):
    [found] = read_numbers(text)
    assert date_parts(found) == parts


NAMES = (
    "一网统管 三驾马车 十四五规划 五环闭合 两微一端 一站式 八项规定 “七一” 友谊201街坊 延吉七村71号 隆昌路700弄 12345热线 “第二书记” 一岗双责 三重一大 1+6+13 14+7 第三方 "
    "PM2.5 5G 《延吉2030白皮书》 电话021-65432109 13800138000 党的十八大以来 十一届三中全会 九十年代 一带一路 “三个行动” 统一 进一步 十分重要 千方百计 (二) 一是 星期一"
)


@pytest.mark.parametrize("name", NAMES.split())
def test_names_and_ordinary_words_are_no_figures(name):
    assert [one.printed for one in read_numbers(name) if one.kind != "name"] == []


def test_a_number_that_shares_digits_is_another_number():
    [long], [short] = read_numbers("覆盖69281人"), read_numbers("281人")
    assert not same_value(long, short)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2,905件", "二千九百零五件", True),
        ("60毫米", "6厘米", True),
        ("66名", "66人", True),
        ("134716人", "134716剂次", False),
        ("九成", "90%", True),
        ("一半", "50%", True),
        ("第八", "第八位", True),
        ("8月31日", "2021年8月31日", True),
        ("8月13日", "8月31日", False),
        ("5%", "5个百分点", False),
        ("3至5家", "3家", False),
    ],
)
def test_values_are_compared_with_their_units(one, other, same):
    [first], [second] = read_numbers(one), read_numbers(other)
    assert same_value(first, second) is same
    assert same_value(second, first) is same


def test_units_of_people_compare_and_units_of_households_do_not():
    [people], [names], [homes] = read_numbers("5人"), read_numbers("5名"), read_numbers("5户")
    assert same_unit(people, names)
    assert not same_unit(people, homes)


def test_one_numeral_alone_can_be_parsed_and_anything_else_says_what_to_do():
    assert parse_numeral("4.5万") == 45000
    assert parse_numeral("十八") == 18
    with pytest.raises(NumeralError, match="请写成"):
        parse_numeral("十四五")


@given(st.text(alphabet="零一二两三百千万亿0123456789,.，%．％第半翻分之点年月日号至-—~余多几约近人件个 \n《》“”(:/+aZ上数成①²", max_size=80))
def test_any_text_is_read_in_order_and_to_the_character(text):
    last = 0
    for found in read_numbers(text):
        assert found.start >= last
        assert found.end > found.start
        assert text[found.start : found.end] == found.printed
        last = found.end


@pytest.mark.parametrize("piece", ["1,", "万", "1万", "一点", "百分之", "第一", "1-", "1+", "《", "9", "1 ", "一千万", "近", "(1)"])
def test_no_repetition_makes_reading_slow(piece):
    text = (piece * 20_000)[:20_000]
    began = time.perf_counter()
    read_numbers(text)
    assert time.perf_counter() - began < 5


def golden():
    with (DATA / "numbers_yanji.tsv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_every_number_of_our_report_is_the_one_reviewed_by_hand():
    found = [
        [str(one.start), one.printed, "name" if one.kind == "name" else plain(one), one.unit, one.qualifier, one.kind]
        for one in read_numbers(REPORT.read_text(encoding="utf-8"))
    ]
    assert found == [[row[key] for key in ("start", "printed", "value", "unit", "qualifier", "kind")] for row in golden()]


def test_the_numbers_of_old_and_new_national_reports_are_those_reviewed_by_hand():
    rows = [json.loads(line) for line in (DATA / "national_numbers.jsonl").read_text(encoding="utf-8").splitlines()]
    wrong = []
    for row in rows:
        found = next((one for one in read_numbers(row["sentence"]) if one.start == row["start"]), None)
        expected = (row["printed"], row["value"], row["unit"], row["qualifier"])
        if found is None or (found.printed, plain(found), found.unit, found.qualifier) != expected:
            wrong.append(expected)
    assert len(rows) == 200
    assert len(wrong) <= 2, wrong  # a sentence read alone may lack the line before it


def test_a_minus_that_joins_nothing_belongs_to_the_number() -> None:
    texts = ("-5", "增长-5.2%", "降为−3%", "负5", "3-5家", "2022-03-30", "抱负5个", "a-54", "\n-5家", "10%-5%")
    read = [[(n.printed, n.value < 0) for n in read_numbers(text) if n.kind != "name"] for text in texts]
    minus = [[("-5", True)], [("-5.2%", True)], [("−3%", True)], [("负5", True)]]
    assert read[:4] == minus
    assert not any(negative for found in read[4:] for _, negative in found)
