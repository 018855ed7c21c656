// SPDX-License-Identifier: GPL-2.0-only
/* The core's functions and the offsets of its private fields: neither is exported. */
#include "dmao.h"

#define OFF(n) int off_##n = -1; module_param(off_##n, int, 0444)
OFF(domain);
OFF(default_domain);
OFF(blocking_domain);
OFF(owner_cnt);
OFF(owner);
OFF(devices);
OFF(pasid_array);
OFF(gd_list);
OFF(gd_dev);
OFF(recovery_cnt);
OFF(gd_blocked);
OFF(gd_reset_depth);

struct core_calls core;

typedef unsigned long (*lookup_fn)(const char *);
static lookup_fn lookup;

static int kp_dummy(struct kprobe *p, struct pt_regs *regs)
{
	return 0;
}

/* The symbol table leaves out the bit that says Thumb. */
void *symbol(const char *name)
{
	unsigned long at = lookup(name);

	return (void *)(at ? at | IS_ENABLED(CONFIG_THUMB2_KERNEL) : 0);
}

int symbols_init(void)
{
	struct kprobe kp = { .symbol_name = "kallsyms_lookup_name",
			     .pre_handler = kp_dummy };
	int r = register_kprobe(&kp);

	if (r)
		return r;
	lookup = (lookup_fn)((unsigned long)kp.addr | IS_ENABLED(CONFIG_THUMB2_KERNEL));
	unregister_kprobe(&kp);
	core.claim = symbol("iommu_group_claim_dma_owner");
	core.release = symbol("iommu_group_release_dma_owner");
	core.claimed = symbol("iommu_group_dma_owner_claimed");
	core.dclaim = symbol("iommu_device_claim_dma_owner");
	core.drelease = symbol("iommu_device_release_dma_owner");
	core.use = symbol("iommu_device_use_default_domain");
	core.unuse = symbol("iommu_device_unuse_default_domain");
	core.attach_dev = symbol("iommu_attach_device");
	core.detach_dev = symbol("iommu_detach_device");
	core.attach_group = symbol("iommu_attach_group");
	core.detach_group = symbol("iommu_detach_group");
	core.replace = symbol("iommu_group_replace_domain");
	core.attach_pasid = symbol("iommu_attach_device_pasid");
	core.detach_pasid = symbol("iommu_detach_device_pasid");
	core.alloc_bus = symbol("iommu_domain_alloc");
	core.alloc_dev = symbol("iommu_paging_domain_alloc");
	core.alloc_flags = symbol("iommu_paging_domain_alloc_flags");
	core.get_dom = symbol("iommu_get_domain_for_dev");
	core.get_dma = symbol("iommu_get_dma_domain");
	core.deferred = symbol("iommu_deferred_attach");
	if (!core.deferred)	/* before v5.12 */
		core.deferred = symbol("iommu_dma_deferred_attach");
	core.setup_dma_ops = symbol("iommu_setup_dma_ops");
	core.drv_attach = symbol("device_driver_attach");
	core.bug_clear = symbol("generic_bug_clear_once");
	core.def_type = (void *)lookup("iommu_def_domain_type");
	return 0;
}
