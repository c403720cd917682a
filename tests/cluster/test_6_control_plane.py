"""Etcd has a member in each cloud, and any one control-plane machine may be lost."""

from __future__ import annotations

import pytest

from tests.drawn import one_of

from .lab import CONTROL_PLANE, NODES, Lab


@pytest.mark.parametrize("lost", one_of(CONTROL_PLANE))
def test_kubectl_goes_on_without_a_control_plane_machine_and_the_next_converge_has_it_back(lab: Lab, lost: str) -> None:
    lab.drill("delete-machine", lost)
    others = [node for node in CONTROL_PLANE if node != lost]
    for node in others:  # by the balancer of each of the others
        assert lost in lab.on(node, "sudo kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes")
    assert lost in lab.kubectl("get", "nodes")  # and by the runner, from outside
    lab.converge()
    assert lab.ready() == dict.fromkeys(NODES, True)
    assert len(lab.healthy_members(others[0])) == 3
    assert lab.plan() == []
