"""Who is asking: the address at the other end of the line, or the one that a proxy we know speaks for.

Anyone can write ``X-Forwarded-For``. It is read only when the line comes from a proxy that the settings name, and then from the right,
where the nearest proxy wrote, up to the first address that is no proxy of ours. What stands left of it the visitor may have made up.
"""

import ipaddress
import logging
from collections.abc import Sequence

from starlette.requests import HTTPConnection

from qa.web import texts_tools
from qa.web.gate import App, Receive, Scope, Send

_log = logging.getLogger("youju")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def visitor_of(request: HTTPConnection) -> str:
    """The name under which a visitor's requests are counted."""
    return household(request.client.host if request.client else "")


def household(host: str) -> str:
    """An IPv4 address, or the /64 that a household of IPv6 has.

    >>> household("203.0.113.5"), household("::ffff:203.0.113.5"), household("2001:db8:1:2::3"), household("testclient")
    ('203.0.113.5', '203.0.113.5', '2001:db8:1:2::/64', 'testclient')
    """
    address = _address(host)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address) if address else host[:64]


def network_of(host: str) -> str:
    """As much of an address as may be written down: the network of some hundred or thousand neighbours.

    >>> network_of("203.0.113.5"), network_of("2001:db8:1:2::3"), network_of("testclient")
    ('203.0.113.0/24', '2001:db8:1::/48', '')
    """
    address = _address(host)
    if address is None:
        return ""
    return str(ipaddress.ip_network((address, 24 if isinstance(address, ipaddress.IPv4Address) else 48), strict=False))


class Proxies:
    """Puts the visitor's address and scheme in the place of a known proxy's."""

    def __init__(self, app: App, trusted: Sequence[Network]) -> None:
        self._app = app
        self._trusted = tuple(trusted)
        self._told = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the visitor's address."""
        if scope["type"] in ("http", "websocket"):
            peer = scope.get("client")
            address = _address(peer[0]) if peer else None
            if peer and address is not None and self._knows(address):
                scope = {**scope, "client": (str(self._visitor(address, scope)), peer[1]), "scheme": _scheme(scope)}
            elif address is not None and address.is_private and not self._told and _values(scope, b"x-forwarded-for"):
                self._told = True
                _log.warning(texts_tools.UNKNOWN_PROXY.format(address=address))
        await self._app(scope, receive, send)

    def _visitor(self, proxy: Address, scope: Scope) -> Address:
        """The first address from the right that is no proxy of ours; the last proxy whose word can be read, when there is none."""
        nearest = proxy
        for hop in reversed(_values(scope, b"x-forwarded-for")):
            address = _address(hop)
            if address is None:
                return nearest
            nearest = address
            if not self._knows(address):
                return address
        return nearest

    def _knows(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)


def _scheme(scope: Scope) -> str:
    """Whether it was asked by http or https, as the nearest proxy says."""
    said = _values(scope, b"x-forwarded-proto")
    return said[-1] if said and said[-1] in ("http", "https") and scope["type"] == "http" else str(scope["scheme"])


def _values(scope: Scope, name: bytes) -> list[str]:
    """The values of a header, all its lines as one list."""
    lines = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    return [value.strip() for value in ",".join(lines).split(",")] if lines else []


def _address(written: str) -> Address | None:
    """An address, with or without its port; an IPv4 address in IPv6 clothes is an IPv4 address.

    >>> _address("[2001:db8::1]:443"), _address("::ffff:203.0.113.5"), _address("203.0.113.5:80"), _address("unknown")
    (IPv6Address('2001:db8::1'), IPv4Address('203.0.113.5'), IPv4Address('203.0.113.5'), None)
    """
    bare = written[1:].partition("]")[0] if written.startswith("[") else written
    bare = bare.partition(":")[0] if bare.count(":") == 1 else bare
    try:
        address = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
