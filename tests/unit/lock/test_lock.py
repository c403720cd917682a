"""The lock between real processes."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._lock import durations, lock, writing
from ansible_collections.pangaea.multicloud.plugins.module_utils._lock.files import LOCK, Holder
from ansible_collections.pangaea.multicloud.plugins.module_utils._lock.process import Process

from .conftest import Run, within

Start = Callable[[], Run]
CLAIM = lock.Claim("ben", "desk", "scale general aws-fra=2")


def free(folder: Path) -> bool:
    return not lock.holder_of(folder)[0]


def take(folder: Path, **options: object) -> Holder:
    return lock.take(folder, CLAIM, Process.own(), patience=5, **options)  # type: ignore[arg-type]


def test_a_second_taker_is_told_who_holds_it(folder: Path, start: Start) -> None:
    start().say("take")
    with pytest.raises(lock.Held, match=r"locked by ana@control since \d\d:\d\d \(\d+ s ago\), converge$"):
        take(folder)


def test_the_lock_of_a_killed_process_is_free(folder: Path, start: Start) -> None:
    run = start()
    run.say("take")
    assert not free(folder)
    run.kill()
    assert within(2, lambda: free(folder))


def test_a_lock_whose_run_was_just_killed_is_had_without_being_refused(folder: Path, start: Start) -> None:
    run = start()
    run.say("take")
    run.process.send_signal(signal.SIGKILL)
    run.process.wait()
    holder = take(folder)
    lock.release(folder, holder.token)


def test_a_released_lock_is_free_at_once(folder: Path, start: Start) -> None:
    run = start()
    run.say("take")
    assert run.say("release") == "released"
    assert free(folder)
    assert run.process.poll() is None


def test_the_keeper_holds_no_descriptor_of_its_run(folder: Path, start: Start) -> None:
    run = start()
    run.say("take")
    _, holder = lock.holder_of(folder)
    assert holder is not None
    descriptors = Path(f"/proc/{holder.keeper.pid}/fd")
    kept = {"/dev/null", str(folder / LOCK), "anon_inode:[pidfd]"}
    assert within(2, lambda: {os.readlink(path) for path in descriptors.iterdir()} == kept)
    assert os.getsid(holder.keeper.pid) != os.getsid(run.process.pid)


def test_without_its_keeper_a_run_writes_nothing_more(folder: Path, start: Start) -> None:
    run = start()
    run.say("take")
    _, holder = lock.holder_of(folder)
    assert holder is not None
    os.kill(holder.keeper.pid, signal.SIGKILL)
    assert within(2, lambda: free(folder))
    assert run.say("module").startswith("LockLost: nothing was written")


def test_a_joined_lock_outlives_the_one_who_took_it(folder: Path, start: Start) -> None:
    runner, playbook = start(), start()
    token = runner.say("take")
    joined = Process.of(playbook.process.pid)
    assert joined is not None
    lock.join(folder, token, joined)
    runner.kill()
    assert not within(0.3, lambda: free(folder))
    playbook.kill()
    assert within(2, lambda: free(folder))


def test_a_release_leaves_the_lock_to_those_who_joined(folder: Path, start: Start) -> None:
    runner, playbook = start(), start()
    joined = Process.of(playbook.process.pid)
    assert joined is not None
    lock.join(folder, runner.say("take"), joined)
    runner.say("release")
    assert not free(folder)


def test_a_token_of_the_past_joins_nothing(folder: Path, start: Start) -> None:
    old, new = start(), start()
    token = old.say("take")
    old.kill()
    with pytest.raises(lock.Gone, match="has ended"):
        lock.join(folder, token, Process.own())
    assert within(2, lambda: free(folder))
    new.say("take")
    with pytest.raises(lock.Gone, match="locked by ana"):
        lock.join(folder, token, Process.own())


def test_a_new_holder_waits_until_a_straggler_has_written(folder: Path, start: Start) -> None:
    run = start()
    run.say("take")
    module = int(run.say("module"))
    run.kill()
    assert within(2, lambda: free(folder))
    taker = start()
    taker.tell("take")
    assert not taker.speaks(within=0.5), "the lock was given while a module of the killed run still wrote"
    os.kill(module, signal.SIGUSR1)
    assert run.hear() == "written"
    assert taker.speaks(within=3)


def test_a_straggler_that_does_not_end_is_named_and_the_lock_is_given_back(folder: Path, start: Start) -> None:
    run = start()
    run.say("take")
    module = int(run.say("module"))
    run.kill()
    with pytest.raises(lock.StillWriting, match=f"process {module} of an earlier run still writes"):
        lock.take(folder, CLAIM, Process.own(), patience=0.2)
    assert within(2, lambda: free(folder))
    os.kill(module, signal.SIGUSR1)


@pytest.mark.parametrize("held_again", [False, True])
def test_a_straggler_that_was_about_to_write_does_not(folder: Path, start: Start, held_again: bool) -> None:
    run, other = start(), start()
    run.say("take")
    module = int(run.say("module late"))
    run.kill()
    assert within(2, lambda: free(folder))
    if held_again:
        other.say("take")
    os.kill(module, signal.SIGUSR1)
    assert run.hear().startswith("LockLost: nothing was written: " + ("the lock in" if held_again else "this run"))


def test_the_modules_of_one_run_write_side_by_side(folder: Path, start: Start) -> None:
    run = start()
    run.say("take")
    modules = [int(run.say("module")), int(run.say("module"))]
    for module in modules:
        os.kill(module, signal.SIGUSR1)
        assert run.hear() == "written"


def test_a_stranger_writes_nothing_while_the_lock_is_held(folder: Path, start: Start) -> None:
    holder, stranger = start(), start()
    holder.say("take")
    assert "is held by ana@control" in stranger.say("module")


def test_without_a_lock_nothing_is_written(folder: Path, start: Start) -> None:
    assert start().say("module").startswith("LockLost: nothing was written: this run does not hold the lock")


def test_without_a_folder_there_is_nothing_to_lock() -> None:
    with writing(None), writing(""):
        pass


def test_a_look_makes_no_folder(folder: Path) -> None:
    assert lock.holder_of(folder) == (False, None)
    assert lock.queue_of(folder) == []
    assert not folder.exists()


def test_a_lock_file_cut_off_by_a_crash_stops_nobody(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / LOCK).write_text('{"who": "an')
    lock.release(folder, take(folder).token)


def test_who_has_no_ticket_comes_after_all_who_have_one(folder: Path) -> None:
    folder.mkdir(parents=True)
    first, second = lock.enter_queue(folder, CLAIM), lock.enter_queue(folder, CLAIM)
    assert [ticket.number for ticket in lock.queue_of(folder)] == [first.number, second.number]
    for ticket in (None, second):
        with pytest.raises(lock.Held, match=r"ben@desk waits since .* and is next, scale general aws-fra=2"):
            take(folder, ticket=ticket)
    holder = take(folder, ticket=first)
    assert [ticket.number for ticket in lock.queue_of(folder)] == [second.number]
    lock.release(folder, holder.token)
    holder = take(folder, ticket=second)
    assert lock.queue_of(folder) == []
    lock.release(folder, holder.token)


def test_the_ticket_of_a_dead_process_does_not_count(folder: Path) -> None:
    folder.mkdir(parents=True)
    child = os.fork()
    if child == 0:
        lock.enter_queue(folder, CLAIM)
        os._exit(0)
    os.waitpid(child, 0)
    assert list((folder / "queue").iterdir())
    lock.release(folder, take(folder).token)
    assert not list((folder / "queue").iterdir())


def test_the_sentence_tells_when_it_should_be_done() -> None:
    since = datetime.now(UTC) - timedelta(minutes=6)
    until = since + timedelta(minutes=7)
    own = Process.own()
    holder = Holder("ana", "ctl", "converge", since.isoformat(), until.isoformat(), "t", (own,), own)
    local = until.astimezone()
    assert holder.sentence().endswith(f"(6 min ago), converge; it should be done about {local:%H:%M}")
    late = holder.sentence(until + timedelta(minutes=1))
    assert f"it should have been done by {local:%H:%M}" in late
    assert "t" not in holder.as_dict().values()


def test_a_run_is_expected_to_take_the_middle_of_the_last_ones(folder: Path) -> None:
    folder.mkdir(parents=True)
    assert durations.expected(folder, "converge") is None
    for seconds in (900, 10, 20, 30, 40, 50):
        durations.record(folder, "converge", seconds)
    assert durations.expected(folder, "scale general aws-fra=2") == 30
    durations.record(folder, "scale general aws-fra=2", 5)
    assert durations.expected(folder, "scale batch aws-fra=2") == 5


def test_a_plain_playbook_is_expected_to_take_as_long_as_the_last_report_says(folder: Path) -> None:
    folder.mkdir(parents=True)
    start, end = "2026-01-31T14:00:00+00:00", "2026-01-31T14:01:30+00:00"
    (folder / "report.json").write_text(json.dumps({"what": "converge", "started": start, "ended": end}))
    assert durations.expected(folder, "converge") == 90
    assert durations.expected(folder, "delete") is None
