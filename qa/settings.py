"""Every setting in one table. Only the command line, ``fit.py`` and ``app.py`` read it; everything else takes plain arguments."""

import ipaddress
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from corpus.errors import SettingsError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_ROOT = Path(__file__).parent.parent
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")
_WANTED = {  # pydantic's kinds of error, for people
    "int_parsing": "要写整数",
    "int_from_float": "要写整数",
    "int_parsing_size": "数太大",
    "bool_parsing": "要写 true 或 false",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "literal_error": "没有这个选择",
    "value_error": "写法不对",
    "string_pattern_mismatch": "写法不对",
    "string_unicode": "不是完整的文字",
}


class Settings(BaseSettings):
    """Read from the environment (``YOUJU_<NAME>``) and from ``.env`` in the working folder; the environment wins."""

    model_config = SettingsConfigDict(env_prefix="YOUJU_", env_file=".env", extra="ignore", frozen=True)

    reports: Path = Field(_ROOT / "corpus" / "reports", description="报告文件夹")
    index: Path = Field(_ROOT / ".youju" / "index", description="建好的索引放在哪里")
    state: Path = Field(_ROOT / ".youju" / "state", description="运行中写下的东西放在哪里:提问记录、补充的问题库")
    home: str = Field("", description="来访者自己的街道:发布单位或报告编号;空则取最新一份地方报告的发布单位")
    model: str = Field(str(_ROOT / "index" / "model"), description="嵌入模型:文件夹,或模型库里的名字")
    download: bool = Field(False, description="允许联网下载模型(true 或 false)")
    engine: Literal["faiss", "milvus"] = Field("faiss", description="向量引擎:faiss 或 milvus")
    milvus: str = Field("", description="Milvus 的地址,或 milvus-lite 的文件;引擎是 milvus 时要有")
    bank: Literal["on", "off"] = Field("on", description="用不用问题库")
    threads: int = Field(0, ge=0, le=256, description="同时算几批文字,每批一个线程;0 为每个处理器一批")
    host: str = Field("127.0.0.1", description="网页服务的地址")
    port: int = Field(7860, ge=0, le=65535, description="网页服务的端口")
    workers: int = Field(1, ge=1, le=64, description="几个工作进程;同 python app.py --workers")
    root_path: str = Field("", pattern=r"^(/[A-Za-z0-9._~-]+)*$", description="放在反向代理的哪个路径下,如 /youju")
    frame_ancestors: str = Field("'self'", pattern=r"^[!-+.-:<-~-]+( [!-+.-:<-~-]+)*$", description="哪些网站可以把问答页嵌进自己的页面(CSP 的写法)")
    mcp: Literal["on", "off"] = Field("off", description="开不开 /mcp:让助手程序(Model Context Protocol)来查原句")
    staff_password: str = Field("", description="工作台的密码;空则不开工作台")
    proxies: str = Field("", description="可信的反向代理的地址或网段,用逗号隔开,如 127.0.0.1,10.0.0.0/8;只有它们说的访客地址才算数")
    hosts: str = Field("", description="网页用哪些名字打开,用逗号隔开,如 youju.example.gov.cn;空则不限;本机的 127.0.0.1、localhost 总是可以")
    ask_rate: int = Field(300, ge=0, le=100000, description="每个访客每分钟最多提问几次;0 不限")
    check_rate: int = Field(60, ge=0, le=100000, description="每个访客每分钟最多交几次稿子或文件;0 不限")
    read_rate: int = Field(300, ge=0, le=100000, description="每个访客每分钟最多打开或下载几次数据一览和多年对比;0 不限")
    feedback_rate: int = Field(30, ge=0, le=100000, description="每个访客每分钟最多评价几次;0 不限")
    login_rate: int = Field(20, ge=0, le=100000, description="每个访客每分钟最多登录几次;0 不限(输错五次仍要等十五分钟)")
    connections: int = Field(2000, ge=50, le=50000, description="每个进程同时最多几个连接;满了,闲着最久的先断开,新来的照样接待")
    queue: int = Field(100, ge=0, le=10000, description="每个工作进程最多让几个问题排队;再来的请他过几秒再来")
    log: Literal["on", "off"] = Field("on", description="记不记提问")
    requests: Literal["off", "plain", "json"] = Field("plain", description="每个请求在标准错误输出记一行:不记、一行字、一行 JSON;不含问题,不含完整的地址")
    metrics: str = Field("off", pattern=r"^(off|on|\S{16,})$", description="/metrics:off 不给,on 谁都能看,其余是要出示的口令(16 字以上)")
    retention: int = Field(180, ge=1, le=3650, description="提问记录保留几天")
    max_question: int = Field(300, ge=10, le=5000, description="问题最多几个字")
    max_draft: int = Field(20000, ge=100, le=200000, description="稿子最多几个字")

    @field_validator("proxies")
    @classmethod
    def _networks(cls, written: str) -> str:
        networks(written)
        return written


    @field_validator("hosts")
    @classmethod
    def _hosts(cls, written: str) -> str:
        host_names(written)
        return written


def host_names(written: str) -> tuple[str, ...]:
    """Names of hosts between commas, in lower case.

    >>> host_names("youju.example.gov.cn, [2001:DB8::1]")
    ('youju.example.gov.cn', '[2001:db8::1]')

    Raises:
        ValueError: one is an address of a page, or has a port.
    """
    names = tuple(part.strip().lower() for part in written.split(",") if part.strip())
    if not all(_HOST.fullmatch(name) for name in names):
        raise ValueError(written)
    return names


def networks(written: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """Addresses and networks between commas.

    >>> networks("127.0.0.1, 2001:db8::/32")
    (IPv4Network('127.0.0.1/32'), IPv6Network('2001:db8::/32'))

    Raises:
        ValueError: one is neither.
    """
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in written.split(",") if part.strip())


def load_settings() -> Settings:
    """The settings in force.

    Raises:
        SettingsError: a value is impossible; the message names every bad one.
    """
    try:
        return Settings()
    except (UnicodeDecodeError, OSError) as error:
        raise SettingsError("设置文件 .env 读不懂;请另存为 UTF-8 编码,或先移开它") from error
    except ValidationError as error:
        bad = ";".join(_impossible(problem) for problem in error.errors())
        raise SettingsError(f"设置不对:{bad}。请改好再试,README 里有全部设置") from error


def _impossible(problem: "ErrorDetails") -> str:
    """One bad setting: its name, what it was set to, what it has to be, what it is for."""
    name = str(problem["loc"][0]) if problem["loc"] else ""
    field = Settings.model_fields.get(name)
    wanted = _WANTED.get(problem["type"], "不是这里能写的值").format_map(problem.get("ctx", {}))
    meant = f";{field.description}" if field else ""
    return f"YOUJU_{name.upper()}={problem['input']!r}({wanted}{meant})"
