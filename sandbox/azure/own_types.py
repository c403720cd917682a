# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types, in the form of the official ones, of what their files do not have. Each names the page it was written from.

A name with * is required, with ~ read-only; a tuple is a closed enumeration; "..." is the type of all further names.
"""

from __future__ import annotations

from typing import Any

TAGS = {"...": "string"}
STATUS = {"code": "string", "level": ("Info", "Warning", "Error"), "displayStatus": "string", "message": "string",
          "time": "string"}  # fmt: skip
ERROR: dict[str, Any] = {"code*": "string", "message*": "string", "target": "string", "innererror": "any",
                         "details": [{"code*": "string", "message*": "string", "target": "string"}]}  # fmt: skip
OWN: dict[str, dict[str, Any]] = {
    # learn.microsoft.com/rest/api/resources/resource-groups/create-or-update
    "Microsoft.Resources/resourceGroups@2025-04-01": {
        "id~": "string", "name~": "string", "type~": "string", "location*": "string", "managedBy": "string",
        "tags": TAGS, "properties~": {"provisioningState": "string"},
    },
    # learn.microsoft.com/rest/api/resources/deployments/create-or-update
    "Microsoft.Resources/deployments@2025-04-01": {
        "id~": "string", "name~": "string", "type~": "string", "location": "string", "tags": TAGS,
        "properties*": {
            "mode*": "string", "template": "any", "templateLink": "any", "parameters": {"...": "any"},
            "parametersLink": "any", "debugSetting": "any", "onErrorDeployment": "any",
            "expressionEvaluationOptions": "any", "validationLevel": "string", "provisioningState~": "string",
            "correlationId~": "string", "timestamp~": "string", "outputResources~": [{"id": "string"}],
        },
    },
    # learn.microsoft.com/rest/api/resources/subscriptions/get
    "Microsoft.Resources/subscriptions@2022-12-01": {
        "id~": "string", "subscriptionId~": "string", "displayName~": "string", "tenantId~": "string", "name": "string",
        "type": "string", "state~": ("Enabled", "Warned", "PastDue", "Disabled", "Deleted"), "tags": TAGS,
        "authorizationSource": "string", "subscriptionPolicies": "any",
    },
    # learn.microsoft.com/rest/api/resources/resources/list-by-resource-group (GenericResourceExpanded)
    "Microsoft.Resources/resources@2025-04-01": {
        "id~": "string", "name~": "string", "type~": "string", "location": "string", "tags": TAGS, "kind": "string",
        "sku": {"name": "string", "tier": "string"}, "zones": ["string"], "managedBy": "string",
        "createdTime~": "string", "changedTime~": "string", "provisioningState~": "string",
    },
    # learn.microsoft.com/rest/api/compute/disks/get
    "Microsoft.Compute/disks@2026-03-02": {
        "id~": "string", "name~": "string", "type~": "string", "location*": "string", "tags": TAGS,
        "zones": ["string"], "managedBy~": "string",
        "sku": {"name": ("Standard_LRS", "Premium_LRS", "StandardSSD_LRS", "UltraSSD_LRS", "Premium_ZRS",
                         "StandardSSD_ZRS", "PremiumV2_LRS"), "tier~": "string"},
        "properties": {
            "osType": ("Linux", "Windows"), "hyperVGeneration": ("V1", "V2"), "diskSizeGB": "int",
            "diskSizeBytes~": "int", "timeCreated~": "string", "provisioningState~": "string", "uniqueId~": "string",
            "diskState~": ("Unattached", "Attached", "Reserved", "ActiveSAS", "ReadyToUpload", "ActiveUpload"),
            "creationData*": {"createOption*": ("FromImage", "Empty", "Copy", "Attach", "Import", "Restore", "Upload"),
                              "imageReference": {"id": "string"}},
            "networkAccessPolicy": "string", "publicNetworkAccess": "string", "encryption": {"type": "string"},
        },
    },
    # github.com/Azure/azure-cli, azure-cli-core, cloud.py: what a client reads of it
    "answer/endpoints@any": {
        "name*": "string", "resourceManager*": "string", "suffixes*": TAGS,
        "authentication*": {"loginEndpoint*": "string", "audiences*": ["string"], "tenant": "string",
                            "identityProvider": ("AAD", "ADFS")},
    },
    # learn.microsoft.com/azure/azure-resource-manager/management/async-operations
    "answer/operation@any": {
        "id": "string", "name": "string", "startTime": "string", "endTime": "string", "percentComplete": "int",
        "status*": ("InProgress", "Running", "Succeeded", "Failed", "Canceled"), "error": ERROR, "properties": "any",
    },
    # github.com/microsoft/api-guidelines, azure/Guidelines.md, "error response content"
    "answer/error@any": {"error*": ERROR},
    # learn.microsoft.com/rest/api/compute/usage/list and .../virtualnetwork/usages/list
    "answer/usage@any": {
        "id": "string", "unit*": "string", "currentValue*": "int", "limit*": "int",
        "name*": {"value*": "string", "localizedValue*": "string"},
    },
    # learn.microsoft.com/rest/api/compute/resource-skus/list
    "answer/sku@any": {
        "resourceType*": "string", "name*": "string", "tier": "string", "size": "string", "family": "string",
        "locations*": ["string"],
        "locationInfo*": [{"location*": "string", "zones": ["string"], "zoneDetails": "any"}],
        "capabilities*": [{"name*": "string", "value*": "string"}],
        "restrictions*": [{"type*": ("Location", "Zone"), "values*": ["string"],
                           "reasonCode*": ("QuotaId", "NotAvailableForSubscription"),
                           "restrictionInfo": {"locations": ["string"], "zones": ["string"]}}],
    },
    # learn.microsoft.com/rest/api/compute/virtual-machine-images/list and .../get
    "answer/image@any": {
        "id*": "string", "name*": "string", "location*": "string",
        "properties": {
            "architecture": ("x64", "Arm64"), "hyperVGeneration": ("V1", "V2"),
            "osDiskImage": {"operatingSystem": ("Linux", "Windows"), "sizeInGb": "int"}, "dataDiskImages": "any",
            "imageDeprecationStatus": "any", "features": "any", "automaticOSUpgradeProperties": "any",
        },
    },
    # learn.microsoft.com/rest/api/compute/virtual-machines/instance-view
    "answer/instanceView@any": {
        "computerName": "string", "osName": "string", "osVersion": "string", "hyperVGeneration": ("V1", "V2"),
        "disks": [{"name": "string", "statuses": [STATUS]}], "statuses*": [STATUS],
        "platformFaultDomain": "int", "platformUpdateDomain": "int",
    },
}  # fmt: skip

TABLE: list[dict[str, Any]] = []


def _put(entry: dict[str, Any]) -> dict[str, str]:
    TABLE.append(entry)
    return {"$ref": f"#/{len(TABLE) - 1}"}


def _type(spec: Any) -> dict[str, str]:
    plain = {"string": "StringType", "int": "IntegerType", "bool": "BooleanType", "any": "AnyType"}
    if isinstance(spec, str):
        return _put({"$type": plain[spec]})
    if isinstance(spec, tuple):
        return _put({"$type": "UnionType",
                     "elements": [_put({"$type": "StringLiteralType", "value": one}) for one in spec]})  # fmt: skip
    if isinstance(spec, list):
        return _put({"$type": "ArrayType", "itemType": _type(spec[0])})
    properties = {
        name.rstrip("*~"): {"type": _type(inner), "flags": name.endswith("*") + 2 * name.endswith("~")}
        for name, inner in spec.items()
        if name != "..."
    }
    extra = {"additionalProperties": _type(spec["..."])} if "..." in spec else {}
    return _put({"$type": "ObjectType", "properties": properties, **extra})


for _name, _spec in OWN.items():
    TABLE.append({"$type": "ResourceType", "name": _name, "body": _type(_spec)})
