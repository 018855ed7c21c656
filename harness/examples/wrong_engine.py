#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""An engine that is wrong on purpose: it lets user space claim a group that kernel drivers use.
It knows who uses and who owns a group, and nothing of domains. harness/PROTOCOL.md describes the protocol.

    dma-ownership run --on 'cmd:python3 harness/examples/wrong_engine.py'
"""
import json, sys

def iommu_device_use_default_domain(group, **_):
    group["owner_cnt"] += 0 if group["owner"] else 1
    return "EBUSY" if group["owner"] else "ok"
def iommu_device_unuse_default_domain(group, **_):
    group["owner_cnt"] = max(group["owner_cnt"] - 1, 0)
    return "void"
def iommu_group_claim_dma_owner(group, owner, **_):
    if not owner or group["owner"]:  # WRONG: owner_cnt must be 0, for it counts kernel drivers too
        return "EPERM" if owner else "EINVAL"
    group.update(owner=owner, owner_cnt=group["owner_cnt"] + 1)
    return "ok"
def iommu_group_release_dma_owner(group, **_):
    group.update({"owner": None, "owner_cnt": 0} if group["owner"] and group["owner_cnt"] else {})
    return "void"

def bind(group, device, driver):
    refused = device["driver"] or driver == "kernel_dma" and iommu_device_use_default_domain(group) != "ok"
    device["driver"] = device["driver"] if refused else driver
    return "EBUSY" if refused else "ok"
def unbind(group, device):
    was, device["driver"] = device["driver"], None
    return iommu_device_unuse_default_domain(group) if was == "kernel_dma" else "void"
def device_add(group, device, driver=None):
    return bind(group, device, driver) and "ok" if driver else "ok"

def run(script):
    homes, groups, devices, steps = {spec["name"]: spec["group"] for spec in script["devices"]}, {}, {}, []
    for op in script["ops"]:
        (name, args), = op.items()
        device, group = args.get("device"), homes.get(args.get("device"), args.get("group"))
        if name == "device_add":
            groups.setdefault(group, {"owner_cnt": 0, "owner": None, "devices": []})["devices"].append(device)
            devices[device] = {"group": group, "driver": None}
        if (device or group) not in (devices if device else groups):
            steps.append({"skipped": "device not present" if device else "group not present"})
            continue
        args.update({"device": devices[device]} if device else {}, group=groups[group])
        returned = STEPS[name](**args)
        state = {"groups": {spec["name"]: groups.get(spec["name"]) for spec in script["groups"]},
                 "devices": {name: devices.get(name) for name in homes}}
        steps.append(json.loads(json.dumps({"returned": returned, **state})))
    return {"steps": steps, "end": {}}
STEPS = {step.__name__: step for step in (
    iommu_device_use_default_domain, iommu_device_unuse_default_domain,
    iommu_group_claim_dma_owner, iommu_group_release_dma_owner, bind, unbind, device_add)}
print(json.dumps({"protocol": 2, "name": "wrong engine", "version": "1", "release": "v6.12", "steps": [*STEPS],
                  "capabilities": ["default_type", "static", "amba", "fsl-mc", "pci"], "observes": [
                      "groups.owner_cnt", "groups.owner", "groups.devices", "devices.group", "devices.driver"]}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps({"seq": asked["seq"], "trace": run(asked["script"])}), flush=True)
