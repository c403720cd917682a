# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Azure has and the sandbox does nothing with. That each kind is judged: tests/contract/test_mutants.py."""

from __future__ import annotations

from tests.sandbox.simulators.azure.conftest import PLACE, Azure, vm, vnet


def test_what_has_no_meaning_here_is_501_and_not_stored(site: Azure) -> None:
    network = vnet()
    network["properties"]["encryption"] = {"enabled": True}
    machine = vm(site)
    machine["properties"]["priority"] = "Spot"
    for where, given in (("Microsoft.Network/virtualNetworks/n2", network),
                         ("Microsoft.Compute/virtualMachines/m", machine),
                         ("Microsoft.Compute/disks/d", {"location": PLACE, "properties": {
                             "diskSizeGB": 4, "creationData": {"createOption": "Copy"}}}),
                         ("Microsoft.Network/natGateways/n", {"location": PLACE})):  # fmt: skip
        answer = site.put(where, given)
        assert (answer.status, answer.error) == (501, "NotImplemented"), where
    assert site.ask("GET", "Microsoft.Network/virtualNetworks/net?api-version=2025-07-01&$expand=all").status == 501
