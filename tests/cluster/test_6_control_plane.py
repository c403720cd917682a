"""Etcd has a member in each cloud, and any one control-plane machine may be lost."""

from __future__ import annotations

import subprocess

import pytest

from tests.drawn import one_of

from .lab import CONTROL_PLANE, NODES, Lab, until

KUBECTL = "sudo kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes"


@pytest.mark.parametrize("lost", one_of(CONTROL_PLANE))
def test_kubectl_goes_on_without_a_control_plane_machine_and_the_next_converge_has_it_back(lab: Lab, lost: str) -> None:
    lab.drill("delete-machine", lost)
    others = [node for node in CONTROL_PLANE if node != lost]
    # By the balancer of each of the others, and by the runner, from outside. Where etcd's leader is lost, nobody is
    # answered until the others have chosen a new one: a second or two.
    for node in others:
        until(lambda node=node: knows(lab, lost, "ssh", node, after=(KUBECTL,)), f"{node} reaches the API", limit=30)
    until(lambda: knows(lab, lost, "kubectl", after=("get", "nodes")), "the runner reaches the API", limit=30)
    lab.converge()
    assert lab.ready() == dict.fromkeys(NODES, True)
    assert len(lab.healthy_members(others[0])) == 3
    assert lab.plan() == []


def knows(lab: Lab, node: str, *words: str, after: tuple[str, ...]) -> bool:
    """Whether a command of the runner is answered by the API, and the answer names a node."""
    run = lab.runner(*words, after=after, expect=None, timeout=60, stdin=subprocess.DEVNULL)
    return run.code == 0 and node in run.out
