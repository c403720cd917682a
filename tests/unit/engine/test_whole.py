"""The whole plan over all sites, and the mark of the control plane."""

from __future__ import annotations

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster.mark import Mark, refuse_another_control_plane
from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.errors import Refused
from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.guards import refuse_too_many_deletes
from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.whole import Part, WholePlan

CREATE = {"action": "create", "key": "network/aws-fra", "before": None, "after": {"cidr": "10.64.0.0/16"}}
UPDATE = {"action": "update", "key": "route/aws-zrh/default", "before": {"target": "a"}, "after": {"target": "b"}}
DELETE = {"action": "delete", "key": "machine/aws-zrh/shop-aws-zrh-general-2", "before": {}, "after": None}


def part(site: str, name: str, *changes: dict[str, object]) -> Part:
    return Part(site, name, {"checksum": f"{site}{len(changes)}", "changes": list(changes)})


def test_parts_become_one_plan_in_the_order_of_doing() -> None:
    plan = WholePlan("shop", (part("aws-fra", "network", CREATE), part("aws-zrh", "removals", DELETE, UPDATE)))
    assert [change["action"] for change in plan.changes] == ["delete", "update", "create"]
    assert plan.text().splitlines()[0].endswith("cluster shop: 1 to create, 1 to update, 1 to delete")
    assert "target: a -> b" in plan.text()


def test_what_is_not_there_is_none_on_either_side() -> None:
    change = {**UPDATE, "before": {"pool": "general", "site": None}, "after": {"pool": None, "site": "aws-zrh"}}
    text = WholePlan("shop", (part("aws-zrh", "machines", change),)).text()
    assert "pool: general -> none, site: none -> aws-zrh" in text


def test_only_parts_that_change_something_are_named_and_counted() -> None:
    plan = WholePlan("shop", (part("aws-fra", "network"), part("aws-zrh", "network", UPDATE)))
    assert plan.checksums == {"aws-zrh": {"network": "aws-zrh1"}}
    assert not plan.empty
    assert WholePlan("shop", (part("aws-fra", "network"),)).empty


def test_nodes_stand_in_the_text_and_outside_the_checksum() -> None:
    without = WholePlan("shop", (part("aws-fra", "network"),))
    with_node = WholePlan("shop", without.parts, {"shop-aws-fra-cp-1": ["mesh: peer x is missing"]})
    assert with_node.checksum == without.checksum
    assert "node/shop-aws-fra-cp-1  mesh: peer x is missing" in with_node.text()


def test_an_unread_site_is_named_with_its_error() -> None:
    plan = WholePlan("shop", (Part("aws-zrh", "network", error="list networks: no answer"),))
    assert plan.unread == {"aws-zrh": "list networks: no answer"}
    assert "unread  aws-zrh: list networks: no answer" in plan.text()


def test_too_many_deletes_are_refused() -> None:
    with pytest.raises(Refused, match="3 deletes in one run, and the limit is 2"):
        refuse_too_many_deletes(["a", "b", "c"], 2)


def test_a_mark_survives_being_written_and_read() -> None:
    mark = Mark("9f86d081884c7d65", "medium", {"aws-fra": 1, "azure-fra": 2})
    assert str(mark) == "ca=9f86d081884c7d65;size=medium;aws-fra=1;azure-fra=2"
    assert Mark.parse(str(mark)) == mark


def test_a_mark_that_somebody_edited_is_refused() -> None:
    with pytest.raises(Refused, match="somebody changed it"):
        Mark.parse("hello")


def test_another_control_plane_than_the_mark_is_refused_with_both() -> None:
    marks = ["ca=9f;size=medium;aws-fra=1"]
    refuse_another_control_plane(marks, "medium", {"aws-fra": 1, "aws-zrh": 0})
    with pytest.raises(Refused, match="is aws-fra: 3, and the cluster was made with aws-fra: 1"):
        refuse_another_control_plane(marks, "medium", {"aws-fra": 3})
    with pytest.raises(Refused, match="size is large, and the cluster was made with medium"):
        refuse_another_control_plane(marks, "large", {"aws-fra": 1})
    with pytest.raises(Refused, match="different marks"):
        refuse_another_control_plane([*marks, "ca=aa;size=medium;aws-fra=1"], "medium", {"aws-fra": 1})
