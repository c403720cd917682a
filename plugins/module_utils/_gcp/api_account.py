# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Calls about the project and what the region offers: identity, quotas, machine types, images."""

from __future__ import annotations

from typing import Any

from .._engine.errors import NotFound, Refused
from .._engine.wait import retries
from .calls import calls, lists
from .client import Client
from .errors import is_transient

Row = dict[str, Any]


@calls("projects.get", "look at the project of the site", "compute.projects.get")
@retries(is_transient, within=30)
def get_project(client: Client) -> Row:
    """``{"name", "quotas", ...}``. Raises NotFound where the credentials see no such project."""
    return client.get("")


@calls("regions.get", "look at the region {region}", "compute.regions.get")
@retries(is_transient, within=30)
def get_region(client: Client, region: str) -> Row:
    """``{"zones", "quotas", ...}``."""
    return client.get(f"regions/{region}")


@lists("machineTypes.aggregatedList", "list the zones that offer {types}", "compute.machineTypes.list")
@retries(is_transient, within=30)
def list_offerings(client: Client, types: list[str], prefix: str) -> list[Row]:
    """Machine types by name, one row per zone that has it: ``{"name", "zone", "guestCpus", "architecture"}``."""
    wanted = " OR ".join(f'(name = "{name}")' for name in types)
    return client.scopes("aggregated/machineTypes", "machineTypes", prefix, filter=wanted)


@lists("machineTypes.list", "list the machine types of {zone}", "compute.machineTypes.list")
@retries(is_transient, within=30)
def list_types(client: Client, zone: str) -> list[Row]:
    """All that one zone offers."""
    return client.pages(f"zones/{zone}/machineTypes")


@calls("images.getFromFamily", "find the newest image of {family}", "compute.images.getFromFamily")
@retries(is_transient, within=30)
def get_image_from_family(client: Client, family: str) -> Row:
    """``family`` from ``projects/`` on. Raises NotFound where there is none that is not deprecated."""
    return client.get(family)


@calls("images.get", "look at the image {image}", "compute.images.get")
@retries(is_transient, within=30)
def get_image(client: Client, image: str) -> Row:
    """``image`` from ``projects/`` on. Raises NotFound."""
    return client.get(image)


def refuse_another_project(client: Client) -> Row:
    """The project of the site; Refused if the credentials do not reach it. Before any other call.

    Every URL names the project, so no call can land in another one; but a name that is wrong is told here, once.
    """
    try:
        found = get_project(client)
    except NotFound as error:
        raise Refused(
            f"site {client.site} is in project {client.project}, which does not exist or is not shown to these "
            "credentials; use credentials that may see it, or correct the site's project in the cluster file"
        ) from error
    if found["name"] != client.project:
        raise Refused(
            f"site {client.site} is in project {client.project}, and the endpoint answers for {found['name']}; "
            "correct the site's project or its endpoint in the cluster file"
        )
    return found
