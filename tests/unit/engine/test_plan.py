"""What a plan says, refuses and does."""

from __future__ import annotations

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._engine import guards
from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.errors import (
    Denied,
    Error,
    InUse,
    NotConverged,
    NotOurs,
    Refused,
    TimedOut,
)
from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.plan import Plan

from .cloud import OWNER, Cloud, Thing


def plan_of(cloud: Cloud, **wanted: dict[str, object] | None) -> Plan:
    """A plan over things side by side."""
    listing = cloud.listing()
    return Plan.of([Thing(cloud, name, desired, listing) for name, desired in wanted.items()])


def said(plan: Plan) -> list[str]:
    return [str(change) for change in plan.changes]


def test_what_is_as_desired_needs_nothing_and_one_list() -> None:
    cloud = Cloud({"a": {"owner": OWNER, "size": 1}, "b": {"owner": OWNER, "size": 2}})
    plan = plan_of(cloud, a={"size": 1}, b={"size": 2})
    assert said(plan) == []
    assert cloud.calls == ["list"]


def test_fields_that_nobody_asked_for_are_left_alone() -> None:
    cloud = Cloud({"a": {"owner": OWNER, "size": 1, "colour": "red"}})
    assert said(plan_of(cloud, a={"size": 1})) == []


def test_a_difference_is_an_update_of_exactly_that_field() -> None:
    cloud = Cloud({"a": {"owner": OWNER, "size": 1, "colour": "red"}})
    plan = plan_of(cloud, a={"size": 2, "colour": "red"})
    assert said(plan) == ["update thing/aws-fra/a"]
    assert plan.changes[0].fields == {"size": 2}
    assert plan.as_dict()["changes"][0]["before"] == {"size": 1}


class Marked(Thing):
    """A thing that may carry a mark."""

    marks = frozenset({"pool", "machine"})


def test_a_mark_that_should_not_be_there_is_drift_and_no_other_field_is() -> None:
    cloud = Cloud({"a": {"owner": OWNER, "pool": "general", "machine": None, "colour": "red"}})
    plan = Plan.of([Marked(cloud, "a", {}, cloud.listing())])
    assert said(plan) == ["update thing/aws-fra/a"]
    assert plan.changes[0].fields == {"pool": None}
    assert plan.as_dict()["changes"][0] | {"action": ""} == {
        "action": "", "key": "thing/aws-fra/a", "before": {"pool": "general"}, "after": {"pool": None},
    }  # fmt: skip
    assert (plan.diff()[0]["before"], plan.diff()[0]["after"]) == ("pool: general\n", "pool: null\n")
    plan.apply(lambda _change: None)
    assert cloud.things["a"] == {"owner": OWNER, "pool": None, "machine": None, "colour": "red"}


def test_a_mark_that_is_asked_for_is_compared_and_not_taken_off() -> None:
    cloud = Cloud({"a": {"owner": OWNER, "pool": "general"}, "b": {"owner": OWNER, "pool": "x"}})
    listing = cloud.listing()
    plan = Plan.of([Marked(cloud, name, {"pool": "general"}, listing) for name in ("a", "b")])
    assert [change.fields for change in plan.changes] == [{"pool": "general"}]


def test_a_mark_on_a_thing_of_others_is_not_taken_off() -> None:
    cloud = Cloud({"a": {"owner": "shop-eu-b0000000", "pool": "general"}})
    plan = Plan.of([Marked(cloud, "a", {}, cloud.listing())])
    with pytest.raises(NotOurs, match="it belongs to shop-eu-b0000000"):
        guards.refuse_what_is_not_ours(plan.steps)


def test_deletes_come_first_and_children_before_parents() -> None:
    cloud = Cloud({"old": {"owner": OWNER}, "child": {"owner": OWNER}})
    listing = cloud.listing()
    parent = Thing(cloud, "old", None, listing)
    child = Thing(cloud, "child", None, listing, parent=parent)
    plan = Plan.of([parent, Thing(cloud, "new", {}, listing), child])
    assert said(plan) == ["delete thing/aws-fra/child", "delete thing/aws-fra/old", "create thing/aws-fra/new"]


def test_what_lives_in_an_absent_parent_is_planned_without_a_look() -> None:
    cloud = Cloud()
    parent = Thing(cloud, "net", {}, cloud.listing())
    unread = Cloud()
    child = Thing(cloud, "subnet", {}, unread.listing(), parent=parent)
    assert said(Plan.of([parent, child])) == ["create thing/aws-fra/net", "create thing/aws-fra/subnet"]
    assert unread.calls == []


def test_parents_are_made_and_verified_before_their_children() -> None:
    cloud = Cloud()
    listing = cloud.listing()
    parent = Thing(cloud, "net", {}, listing)
    child = Thing(cloud, "subnet", {}, listing, parent=parent)
    plan = Plan.of([child, parent])
    plan.apply(lambda change: None)
    assert cloud.calls == ["list", "create net", "list", "create subnet", "list"]


def test_a_wave_of_any_size_is_read_back_by_one_list() -> None:
    cloud = Cloud()
    plan = plan_of(cloud, **{f"m{n}": {} for n in range(50)})
    plan.apply(lambda change: None)
    assert cloud.calls.count("list") == 2
    assert len(cloud.things) == 50


def test_a_write_that_shows_late_is_waited_for() -> None:
    cloud = Cloud(late=3)
    plan_of(cloud, a={"size": 1}).apply(lambda change: None)
    assert cloud.calls == ["list", "create a", "list", "list", "list", "list"]


def test_what_never_shows_is_not_converged_and_says_what_is_missing() -> None:
    class Deaf(Thing):
        def update(self, fields: dict[str, object]) -> None:
            self.cloud.calls.append("update lost")

    cloud = Cloud({"a": {"owner": OWNER, "size": 1}})
    plan = Plan.of([Deaf(cloud, "a", {"size": 2}, cloud.listing())])
    with pytest.raises(NotConverged, match=r"update thing/aws-fra/a: done, but .* still needs .*size is 1"):
        plan.apply(lambda change: None)


def test_what_does_not_settle_is_not_converged() -> None:
    cloud = Cloud()
    plan = plan_of(cloud, a={"status": "pending"})
    with pytest.raises(NotConverged, match="has not settled"):
        plan.apply(lambda change: None)


def test_a_delete_in_use_is_tried_again_until_it_is_free() -> None:
    cloud = Cloud({"a": {"owner": OWNER}})
    tries: list[str] = []

    def busy(name: str) -> None:
        tries.append(name)
        if len(tries) < 3:
            raise InUse("delete a: eni-1 still uses it")

    cloud.before_delete = busy
    plan_of(cloud, a=None).apply(lambda change: None)
    assert len(tries) == 3 and cloud.things == {}


def test_a_delete_that_stays_in_use_is_an_error_that_names_the_user() -> None:
    cloud = Cloud({"a": {"owner": OWNER}})

    def busy(name: str) -> None:
        raise InUse("delete a: eni-1 still uses it")

    cloud.before_delete = busy
    with pytest.raises(InUse, match="eni-1"):
        plan_of(cloud, a=None).apply(lambda change: None)


def test_after_a_failure_nothing_new_starts_and_what_was_done_is_told() -> None:
    cloud = Cloud()
    listing = cloud.listing()

    def denied(name: str) -> None:
        if name == "b":
            raise Denied("create b: permission ec2:CreateSubnet is missing")

    cloud.before_create = denied
    first = Thing(cloud, "a", {}, listing)
    second = Thing(cloud, "b", {}, listing, parent=first)
    third = Thing(cloud, "c", {}, listing, parent=second)
    applied: list[str] = []
    with pytest.raises(Denied):
        Plan.of([first, second, third]).apply(lambda change: applied.append(str(change)))
    assert applied == ["create thing/aws-fra/a"]
    assert sorted(cloud.things) == ["a"]


def test_the_checksum_is_the_same_in_any_order_and_moves_with_the_fields() -> None:
    one = plan_of(Cloud(), a={"size": 1}, b={"size": 2})
    same = plan_of(Cloud(), b={"size": 2}, a={"size": 1})
    other = plan_of(Cloud(), a={"size": 1}, b={"size": 3})
    assert one.checksum == same.checksum != other.checksum


def test_a_status_of_the_cloud_does_not_move_the_checksum() -> None:
    one = plan_of(Cloud({"a": {"owner": OWNER, "size": 1, "status": "x"}}), a={"size": 2})
    two = plan_of(Cloud({"a": {"owner": OWNER, "size": 1, "status": "y"}}), a={"size": 2})
    assert one.checksum == two.checksum


def test_a_thing_of_another_owner_is_refused_by_name() -> None:
    plan = plan_of(Cloud({"a": {"owner": "other-aaaaaaaa", "size": 1, "id": "vpc-1"}}), a={"size": 1})
    with pytest.raises(NotOurs, match=r"thing/aws-fra/a \(vpc-1\): it belongs to other-aaaaaaaa"):
        guards.refuse_what_is_not_ours(plan.steps)


def test_a_thing_that_lost_its_tag_is_refused_and_the_way_out_is_said() -> None:
    plan = plan_of(Cloud({"a": {"owner": None, "size": 1}}), a={"size": 1})
    with pytest.raises(NotOurs, match=f"carries no owner.*put the tag pangaea-cluster={OWNER} back"):
        guards.refuse_what_is_not_ours(plan.steps)


def test_a_fixed_field_is_refused_with_both_values() -> None:
    class Fixed(Thing):
        fixed = frozenset({"cidr"})

    cloud = Cloud({"a": {"owner": OWNER, "cidr": "10.0.0.0/16"}})
    plan = Plan.of([Fixed(cloud, "a", {"cidr": "10.1.0.0/16"}, cloud.listing())])
    with pytest.raises(Refused, match=r"cidr is '10\.0\.0\.0/16' and should be '10\.1\.0\.0/16'"):
        guards.refuse_to_change_what_is_fixed(plan.steps)


def test_a_create_only_field_is_shown_in_a_create_and_never_compared() -> None:
    class Made(Thing):
        create_only = frozenset({"image"})

    absent, there = Cloud(), Cloud({"a": {"owner": OWNER, "image": "old"}})
    create = Plan.of([Made(absent, "a", {"image": "new"}, absent.listing())])
    assert create.as_dict()["changes"][0]["after"]["image"] == "new"
    assert said(Plan.of([Made(there, "a", {"image": "new"}, there.listing())])) == []


def test_secrets_are_masked_in_every_view() -> None:
    class Secret(Thing):
        masked = frozenset({"key"})

    cloud = Cloud({"a": {"owner": OWNER, "key": "old-secret"}})
    plan = Plan.of([Secret(cloud, "a", {"key": "new-secret"}, cloud.listing())])
    assert "secret" not in repr(plan.as_dict()) + repr(plan.diff())
    assert plan.changes[0].fields == {"key": "new-secret"}


def test_a_moved_plan_is_refused() -> None:
    with pytest.raises(Refused, match="the plan is aaaaaaaa, and bbbbbbbb was asked for"):
        guards.refuse_a_moved_plan("aaaaaaaa", "bbbbbbbb")
    guards.refuse_a_moved_plan("aaaaaaaa", "aaaaaaaa")
    guards.refuse_a_moved_plan("aaaaaaaa", None)


def test_a_list_that_fails_is_an_error_and_never_an_absence() -> None:
    class Broken(Cloud):
        def _list(self) -> dict[str, dict[str, object]]:
            raise Error("list things: the API did not answer")

    with pytest.raises(Error, match="did not answer"):
        plan_of(Broken(), a={"size": 1})


def test_what_somebody_else_began_is_no_change_and_is_waited_for() -> None:
    class Starts(Cloud):
        def _list(self) -> dict[str, dict[str, object]]:
            if len(self.calls) == 2:
                self.things["a"]["status"] = "ready"
            return super()._list()

    cloud = Starts({"a": {"owner": OWNER, "size": 1, "status": "starting"}})
    plan = plan_of(cloud, a={"size": 1})
    assert said(plan) == []
    plan.apply(lambda change: None)
    assert cloud.calls == ["list", "list", "list"]


def test_what_never_comes_up_is_an_error_that_names_it() -> None:
    cloud = Cloud({"a": {"owner": OWNER, "size": 1, "status": "starting"}})
    with pytest.raises(TimedOut, match=r"thing/aws-fra/a is not settled after .* status=starting"):
        plan_of(cloud, a={"size": 1}).apply(lambda change: None)
