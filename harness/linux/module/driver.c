// SPDX-License-Identifier: GPL-2.0-only
/* The IOMMU driver: its operations on devices, its registration. */
#include "dmao.h"

struct iommu_device dmao_iommu;
bool registered;

static struct iommu_device *dmao_probe(struct device *dev)
{
	struct dmao_dev *od = dev_of(dev);
	struct ev *e;
	int r;

	if (!od || (!od->group && !od->acs) || od->dt != od->xlated || pci_is_idle_bridge(od))
		return ERR_PTR(-ENODEV);
	r = rule_hit(R_PROBE, od, NULL);
	e = ev_add(E_PROBE);
	e->dev = od;
	e->r = r;
#ifdef CONFIG_ARM_DMA_USE_IOMMU
	if (od->dt && !r)
		return &dmao_iommu_dt;
#endif
	return r ? ERR_PTR(r) : &dmao_iommu;
}

/* What x86 drivers did in probe_finalize until the core did it for them, and took back at the end. */
static void take_dma_over(struct device *dev)
{
#ifdef HAVE_SETUP_DMA_OPS
	set_dma_ops(dev, NULL);
	iommu_setup_dma_ops(dev, 0, U64_MAX);
#elif !defined(HAVE_DOMAIN_OPS) && defined(CONFIG_IOMMU_DMA)
	set_dma_ops(dev, NULL);
	if (core.setup_dma_ops)
		core.setup_dma_ops(dev, 0, U64_MAX);
#endif
}

static void give_dma_back(struct device *dev)
{
#if defined(CONFIG_IOMMU_DMA) && (defined(HAVE_SETUP_DMA_OPS) || !defined(HAVE_DOMAIN_OPS))
	set_dma_ops(dev, NULL);
#endif
}

static void dmao_release(struct device *dev)
{
	struct dmao_dev *od = dev_of(dev);
	struct ev *e = ev_add(E_RELEASE);

	give_dma_back(dev);
	e->dev = od;
	if (od)
		od->cur = NULL;
}

/* No device that QEMU has can do PASIDs, so the core has found none; done where the core asks next. */
void give_pasids(struct device *dev)
{
#ifdef HAVE_DEV_MAX_PASIDS
	struct dmao_dev *od = dev_of(dev);

	if (od && od->place && od->pasid_bits && dev->iommu)
		dev->iommu->max_pasids = 1 << min(od->pasid_bits, 16);
#endif
}

static void dmao_finalize(struct device *dev)
{
	ev_add(E_FINAL)->dev = dev_of(dev);
	take_dma_over(dev);
	give_pasids(dev);
}

void dmao_group_gone(void *data)
{
	struct dmao_group *og = data;

	ev_add(E_GFREE)->grp = og;
	og->grp = NULL;
}

static struct iommu_group *dmao_device_group(struct device *dev)
{
	struct dmao_dev *od = dev_of(dev);
	struct dmao_group *og = od->group;
	struct iommu_group *g;
	int r = rule_hit(R_GROUP, od, NULL);
	struct ev *e;

	if (r) {
		e = ev_add(E_GROUP);
		e->dev = od;
		e->r = r;
		return ERR_PTR(r);
	}
	if (od->acs)
		return acs_group(od, dev);
	if (og->grp)
		return iommu_group_ref_get(og->grp);
	g = iommu_group_alloc();
	if (IS_ERR(g))
		return g;
	ev_add(E_GNEW)->grp = og;
	iommu_group_set_iommudata(g, og, dmao_group_gone);
	og->grp = g;
	og->born++;
	if (og->hold) {
		iommu_group_ref_get(g);
		og->holding = true;
	}
	return g;
}

static void dmao_resv(struct device *dev, struct list_head *list)
{
	struct dmao_dev *od = dev_of(dev);
	struct iommu_resv_region *r;

	if (!od || !od->resv)
		return;
	r = iommu_alloc_resv_region(0x100000, 0x1000, IOMMU_READ | IOMMU_WRITE,
				    IOMMU_RESV_DIRECT
#ifdef HAVE_RESV_GFP
				    , GFP_KERNEL
#endif
				    );
	if (r)
		list_add_tail(&r->list, list);
}

#ifdef HAVE_DEFERRED_DOM
static bool dmao_deferred(struct iommu_domain *domain, struct device *dev)
#else
static bool dmao_deferred(struct device *dev)
#endif
{
	struct dmao_dev *od = dev_of(dev);

	give_pasids(dev);
	return od && od->deferred;
}

static int dmao_def_domain_type(struct device *dev)
{
	struct dmao_dev *od = dev_of(dev);

	return od ? od->deftype : 0;
}

#ifdef HAVE_CAP_DEV
static bool dmao_capable(struct device *dev, enum iommu_cap cap)
{
	struct dmao_dev *od = dev_of(dev);

#ifdef HAVE_CAP_DEFERRED
	if (cap == IOMMU_CAP_DEFERRED_FLUSH)
		return cfg.fqcap;
#endif
	return cap == IOMMU_CAP_CACHE_COHERENCY && cfg.coherent && !(od && od->incoherent);
}
#endif

#ifdef CONFIG_ARM_DMA_USE_IOMMU
/* The firmware description of a device has been read: only now is it known to us. */
#ifdef HAVE_XLATE_CONST
static int dmao_of_xlate(struct device *dev, const struct of_phandle_args *args)
#else
static int dmao_of_xlate(struct device *dev, struct of_phandle_args *args)
#endif
{
	struct dmao_dev *od = dev_of(dev);

	if (!od)
		return -ENODEV;
	ev_add(E_XLATE)->dev = od;
	od->xlated = true;
	return 0;
}
#endif

struct iommu_ops dmao_ops = {
#ifdef CONFIG_ARM_DMA_USE_IOMMU
	.of_xlate = dmao_of_xlate,
#endif
#ifdef HAVE_CAP_DEV
	.capable = dmao_capable,
#endif
#ifdef HAVE_DOMAIN_ALLOC
	.domain_alloc = dmao_domain_alloc,
#else
	.domain_alloc_paging = dmao_domain_alloc_paging,
#ifdef HAVE_ALLOC_FLAGS
	.domain_alloc_paging_flags = dmao_domain_alloc_flags,
#endif
#ifdef HAVE_DOMAIN_ALLOC_IDN
	.domain_alloc = dmao_domain_alloc,
#else
	.domain_alloc_identity = dmao_domain_alloc_identity,
#endif
#endif
#ifdef HAVE_ALLOC_SVA
	.domain_alloc_sva = dmao_domain_alloc_sva,
#endif
	.probe_device = dmao_probe,
	.release_device = dmao_release,
	.probe_finalize = dmao_finalize,
	.device_group = dmao_device_group,
	.get_resv_regions = dmao_resv,
	.is_attach_deferred = dmao_deferred,
	.def_domain_type = dmao_def_domain_type,
#ifdef HAVE_REMOVE_DEV_PASID
	.remove_dev_pasid = dmao_rm_pasid,
#endif
#ifdef HAVE_DOMAIN_OPS
	.default_domain_ops = &dops_plain,
#ifdef HAVE_PUT_RESV
	.put_resv_regions = generic_iommu_put_resv_regions,
#endif
#ifdef HAVE_OPS_PGSIZE
	.pgsize_bitmap = 4096,
#endif
#else
	.domain_free = dmao_free,
	.attach_dev = dmao_attach,
	.map = dmao_map,
	.unmap = dmao_unmap,
	.iova_to_phys = dmao_iova_to_phys,
	.put_resv_regions = generic_iommu_put_resv_regions,
	.pgsize_bitmap = 4096,
#endif
	.owner = THIS_MODULE,
};

int do_register(void)
{
	int r;

	if (registered)
		return -EALREADY;
#ifdef HAVE_BUS_SET
#ifdef HAVE_REGISTER_OPS
	r = iommu_device_register(&dmao_iommu, &dmao_ops, NULL);
#else
	iommu_device_set_ops(&dmao_iommu, &dmao_ops);
	r = iommu_device_register(&dmao_iommu);
#endif
#ifdef CONFIG_ARM_DMA_USE_IOMMU
#ifdef HAVE_REGISTER_OPS
	if (!r && hw_dt)
		r = iommu_device_register(&dmao_iommu_dt, &dmao_ops, hw_dt);
#else
	if (!r && hw_dt) {
		iommu_device_set_ops(&dmao_iommu_dt, &dmao_ops);
		iommu_device_set_fwnode(&dmao_iommu_dt, hw_dt->fwnode);
		r = iommu_device_register(&dmao_iommu_dt);
	}
#endif
#endif
	if (!r)
		r = bus_set_iommu(&platform_bus_type, &dmao_ops);
#ifdef CONFIG_PCI
	if (!r)
		r = bus_set_iommu(&pci_bus_type, &dmao_ops);
#endif
#else
	r = iommu_device_register(&dmao_iommu, &dmao_ops, NULL);
#ifdef CONFIG_ARM_DMA_USE_IOMMU
	if (!r && hw_dt) {
		r = iommu_device_register(&dmao_iommu_dt, &dmao_ops, hw_dt);
		if (r)
			iommu_device_unregister(&dmao_iommu);
	}
#endif
#endif
	if (!r)
		registered = true;
	return r;
}

void do_unregister(void)
{
#ifndef HAVE_BUS_SET
#ifdef CONFIG_ARM_DMA_USE_IOMMU
	if (registered && hw_dt)
		iommu_device_unregister(&dmao_iommu_dt);
#endif
	if (registered)
		iommu_device_unregister(&dmao_iommu);
	registered = false;
#endif
#if defined(HAVE_BUS_IOMMU_OPS) && !defined(HAVE_BUS_SET)
	/*
	 * The core leaves these set; cleared, the next registration finds what
	 * the very first one does.
	 */
	platform_bus_type.iommu_ops = NULL;
	pci_bus_type.iommu_ops = NULL;
#endif
}
