"""How the server is doing."""

from __future__ import annotations

from lojal.calls import Call, documented_as
from lojal.groups import AsyncGroup, Group
from lojal.results.admin import ServerInfo
from lojal.v1 import admin_service_pb2 as pb


def _info() -> Call[ServerInfo]:
    return Call("admin", "GetServerInfo", pb.GetServerInfoRequest(), ServerInfo.from_wire)


class Admin(Group):
    """Tells how the server is doing."""

    def info(self) -> ServerInfo:
        """Returns version, state and limits of the server, and the size of the workspace.

        Example:
            ```python
            client.admin.info().workspace.customers
            ```
        """
        return self._runner.unary(_info())


class AsyncAdmin(AsyncGroup):
    """Tells how the server is doing."""

    @documented_as(Admin.info)
    async def info(self) -> ServerInfo:
        return await self._runner.unary(_info())
