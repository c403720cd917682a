# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated Azure Resource Manager: asynchronous as the real one, every body checked against the official types.

`server.Server` serves a `cloud.Cloud` over HTTPS on loopback; what it holds to and what not: docs/fidelity.md.
"""
