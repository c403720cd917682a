"""Damage is named exactly, repaired, and then there is silence."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from .lab import FRA, ZRH, Lab

CP, FRA_1, ZRH_1 = "ct-aws-fra-cp-1", "ct-aws-fra-general-1", "ct-aws-zrh-general-1"


@dataclass(frozen=True)
class Damage:
    """What the drill does, and the only lines that a plan may then hold."""

    drill: tuple[str, ...]
    named: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(self.drill)


DAMAGES = [
    Damage(
        ("delete-rule", "--region", FRA, "ct-aws-fra-nodes", "--port", "51820"),
        ("create rule/aws-fra/nodes-in-udp-51820",),
    ),
    Damage(("delete-route", "--region", ZRH, "ct-aws-zrh-public"), ("create route/aws-zrh/default",)),
    Damage(
        ("edit-tag", "--region", FRA, f"instance:{FRA_1}", "pangaea-pool", "other"),
        (f"update machine/aws-fra/{FRA_1}",),
    ),
    Damage(
        ("edit-rule", "--region", FRA, "ct-aws-fra-nodes", "--port", "22"),
        ("update rule/aws-fra/nodes-in-tcp-22",),
    ),
    Damage(
        ("delete-address", "--region", FRA, CP), (f"create address/aws-fra/{CP}", f"create attachment/aws-fra/{CP}")
    ),
    Damage(("stop-machine", "--region", ZRH, ZRH_1), (f"update machine/aws-zrh/{ZRH_1}",)),
    Damage(("delete-machine", "--region", ZRH, ZRH_1), (f"create machine/aws-zrh/{ZRH_1}",)),
]


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_damage_is_named_then_repaired_then_silent(lab: Lab, damage: Damage) -> None:
    assert lab.plan() == []
    lab.drill(*(lab.instance(word.removeprefix("instance:")) if "instance:" in word else word for word in damage.drill))
    named = [line for line in lab.plan() if not line.startswith("node/")]
    assert sorted(named) == sorted(damage.named)
    lab.converge()
    assert lab.plan() == []
    assert all(lab.ready().values())
    assert len(lab.ready()) == 3


@pytest.mark.parametrize(
    ("break_it", "reason"),
    [
        ("sudo wg set wg0 peer $(sudo wg show wg0 peers | head -1) remove", "not in the kernel"),
        ("sudo systemctl stop pangaea-api-balancer", "pangaea-api-balancer.service is inactive"),
        ("sudo rm /etc/cni/net.d/10-pangaea.conflist", "10-pangaea.conflist is missing"),
        ("sudo systemctl disable --now kubelet", "kubelet.service is inactive"),
    ],
)
def test_a_broken_node_is_named_with_its_reason_and_mended(lab: Lab, break_it: str, reason: str) -> None:
    lab.on(FRA_1, break_it)
    named = lab.plan()
    assert f"node/{FRA_1}" in named
    assert all(line.startswith("node/") for line in named)  # a link has two ends, and the other may miss it, too
    assert any(reason in sentence for sentence in lab.report()["nodes"][FRA_1]), lab.report()["nodes"]
    lab.converge()
    assert lab.plan() == []


def test_a_tag_of_ours_that_is_gone_makes_the_thing_not_ours_and_that_is_refused(lab: Lab) -> None:
    machine = lab.instance(FRA_1)
    lab.drill("edit-tag", "--region", FRA, machine, "pangaea-cluster")
    run = lab.converge(expect=12)
    assert "pangaea-cluster" in run.out
    assert "put the tag" in run.out
    lab.drill("edit-tag", "--region", FRA, machine, "pangaea-cluster", "ct-d3m0c1us")
    assert lab.plan() == []


def node_object(lab: Lab, name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(lab.kubectl("get", "node", name, "-o", "json"))
    return found


def test_labels_of_a_node_that_somebody_changed_come_back(lab: Lab) -> None:
    lab.kubectl("label", "node", FRA_1, "pangaea.io/site=elsewhere", "--overwrite")
    lab.converge()
    assert node_object(lab, FRA_1)["metadata"]["labels"]["pangaea.io/site"] == "aws-fra"  # type: ignore[index]
