#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""An engine that is wrong on purpose: it lets user space claim a group that kernel drivers use.

    dma-ownership run --on 'cmd:python3 harness/examples/wrong_engine.py'

It knows who uses and who owns a group, and nothing of domains. harness/PROTOCOL.md describes the protocol.
"""
import json
import sys

def iommu_device_use_default_domain(group, **_):
    if group["owner"]:
        return "EBUSY"
    group["owner_cnt"] += 1
    return "ok"

def iommu_device_unuse_default_domain(group, **_):
    group["owner_cnt"] = max(group["owner_cnt"] - 1, 0)
    return "void"

def iommu_group_claim_dma_owner(group, owner, **_):
    if not owner:
        return "EINVAL"
    if group["owner"]:  # WRONG: owner_cnt must be 0, for it counts kernel drivers too
        return "EPERM"
    group.update(owner=owner, owner_cnt=group["owner_cnt"] + 1)
    return "ok"

def iommu_group_release_dma_owner(group, **_):
    if group["owner"] and group["owner_cnt"]:
        group.update(owner=None, owner_cnt=0)
    return "void"

def bind(group, device, driver):
    refused = device["driver"] or driver == "kernel_dma" and iommu_device_use_default_domain(group) != "ok"
    device["driver"] = device["driver"] if refused else driver
    return "EBUSY" if refused else "ok"

def unbind(group, device):
    if device["driver"] == "kernel_dma":
        iommu_device_unuse_default_domain(group)
    device["driver"] = None
    return "void"

def run(script):
    groups, devices, steps = {}, {}, []
    for op in script["ops"]:
        (name, args), = op.items()
        driver = args.pop("driver", None) if name == "device_add" else None
        if name == "device_add":
            group = next(spec["group"] for spec in script["devices"] if spec["name"] == args["device"])
            groups.setdefault(group, {"owner_cnt": 0, "owner": None, "devices": []})
            groups[group]["devices"].append(args["device"])
            devices[args["device"]] = {"group": group, "driver": None}
        if args.get("device", args.get("group")) not in devices | groups:
            steps.append({"skipped": "device not present" if "device" in args else "group not present"})
            continue
        args["device"] = devices.get(args.get("device"))
        args["group"] = groups[args["device"]["group"] if args["device"] else args["group"]]
        returned = STEPS[name](**args) if name in STEPS else "ok"
        if driver:
            bind(driver=driver, **args)
        # All groups and devices each time, null for those that do not exist; only changes would do.
        state = {"groups": {spec["name"]: groups.get(spec["name"]) for spec in script["groups"]},
                 "devices": {spec["name"]: devices.get(spec["name"]) for spec in script["devices"]}}
        steps.append(json.loads(json.dumps({"returned": returned, **state})))
    return {"steps": steps, "end": {}}

STEPS = {step.__name__: step for step in (
    iommu_device_use_default_domain, iommu_device_unuse_default_domain,
    iommu_group_claim_dma_owner, iommu_group_release_dma_owner, bind, unbind)}
HELLO = {"protocol": 2, "name": "wrong engine", "version": "1", "release": "v6.12",
         "steps": ["device_add", *STEPS], "capabilities": ["default_type", "static", "amba", "fsl-mc", "pci"],
         "observes": ["groups.owner_cnt", "groups.owner", "groups.devices", "devices.group", "devices.driver"]}
print(json.dumps(HELLO), flush=True)
for line in sys.stdin:
    question = json.loads(line)
    print(json.dumps({"seq": question["seq"], "trace": run(question["script"])}), flush=True)
