"""Why the operating system, a parser or a database refused, in plain Chinese: a person at the screen reads no English."""

import errno
import re
import sqlite3
import tomllib

_SYSTEM = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EISDIR: "这是文件夹,不是文件",
    errno.ENOTDIR: "路径中间有一段不是文件夹",
    errno.EEXIST: "同名的已经在了",
    errno.ENOTEMPTY: "文件夹不是空的",
    errno.ENOSPC: "磁盘满了",
    errno.EDQUOT: "用完了磁盘配额",
    errno.EROFS: "磁盘只许读,不许写",
    errno.EIO: "磁盘读写出错",
    errno.ENAMETOOLONG: "名字太长",
    errno.ELOOP: "链接绕了圈",
    errno.EMFILE: "打开的文件太多",
    errno.ENFILE: "打开的文件太多",
    errno.ENOMEM: "内存不够",
    errno.EFBIG: "文件太大",
    errno.EBUSY: "正被别的程序占用",
    errno.ETXTBSY: "正被别的程序占用",
    errno.EAGAIN: "正被别的程序占用",
    errno.EXDEV: "不在同一个磁盘上",
    errno.EADDRINUSE: "端口已被占用",
    errno.EADDRNOTAVAIL: "这不是本机的地址",
    errno.EINVAL: "名字或值不能用",
}
_LONGEST = 200  # characters of a library's own message
_PLACE = re.compile(r"line (\d+), column (\d+)")


def cause(error: Exception) -> str:
    """The reason in a few words; for one not in the table, the number or the line that a search finds.

    >>> cause(FileNotFoundError(errno.ENOENT, "No such file or directory"))
    '没有这个文件或文件夹'
    >>> cause(OSError(errno.ENOTTY, "Inappropriate ioctl for device"))
    '系统错误 25'
    """
    if isinstance(error, OSError):
        if (error.errno or 0) < 0:  # the numbers of name look-ups
            return "没有这个地址"
        return _SYSTEM.get(error.errno or 0, f"系统错误 {error.errno}" if error.errno else "系统没有说原因")
    if isinstance(error, UnicodeDecodeError):
        return f"第 {error.start} 字节起不是 UTF-8 编码"
    if isinstance(error, tomllib.TOMLDecodeError):
        place = _PLACE.search(str(error))
        return f"第 {place[1]} 行第 {place[2]} 个字写得不对" if place else "没有写完"
    if isinstance(error, sqlite3.Error):
        return "数据库文件读不懂或正被占用"
    return first_line(error)


def first_line(error: BaseException) -> str:
    r"""What a library says of its own error: the name of its class and the first line of its message, cut to be read.

    >>> first_line(RuntimeError("no kernel for this processor\nsecond line"))
    'RuntimeError: no kernel for this processor'
    """
    said = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {said}"[:_LONGEST].rstrip(": ")
