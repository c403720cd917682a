"""What a failed call of a cloud means, said above its function."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.calls import Boundary
from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.errors import Denied, Error, NotFound


class Client:
    """Counts."""

    site = "aws-fra"

    def __init__(self) -> None:
        self.counted: list[str] = []

    def count(self, name: str) -> None:
        self.counted.append(name)


def explain(error: Exception, permission: str, what: str, client: Client) -> Error:
    kind = NotFound if isinstance(error, LookupError) else Denied
    return kind(f"{what}: {permission} in {client.site}")


@pytest.fixture
def edge() -> Boundary:
    return Boundary(
        lambda error: isinstance(error, OSError | LookupError), lambda e: isinstance(e, LookupError), explain
    )


def fail(_client: Client, error: Exception) -> None:
    raise error


def test_each_call_says_what_missing_means(edge: Boundary) -> None:
    client = Client()
    assert edge.described("ListSubnets", "list", ("x:List",), list)(fail)(client, LookupError()) == []
    assert edge.described("DeleteSubnet", "delete", ("x:Delete",), bool)(fail)(client, LookupError()) is False
    with pytest.raises(NotFound, match="aws-fra: read subnet: x:Read in aws-fra"):
        edge.described("ReadSubnet", "read subnet", ("x:Read",))(fail)(client, LookupError())
    assert client.counted == ["ListSubnets", "DeleteSubnet", "ReadSubnet"]
    assert edge.permissions == {"x:List", "x:Delete", "x:Read"}


def test_a_failed_list_is_not_an_empty_one_and_the_sentence_names_its_arguments(edge: Boundary) -> None:
    def list_subnets(client: Client, network: str) -> Any:
        raise PermissionError

    listed = edge.described("ListSubnets", "list subnets of {network}", ("x:List", "x:Read"), list)(list_subnets)
    with pytest.raises(Denied, match="aws-fra: list subnets of vpc-1: x:List in aws-fra") as said:
        listed(Client(), network="vpc-1")
    assert isinstance(said.value.__cause__, PermissionError)


def test_what_is_no_answer_of_the_cloud_goes_up_as_it_is(edge: Boundary) -> None:
    with pytest.raises(ZeroDivisionError):
        edge.described("Count", "count", ("x:Count",), list)(fail)(Client(), ZeroDivisionError())
