// SPDX-License-Identifier: GPL-2.0-only
/* Devices come and go, drivers bind; the world is taken apart after each script. */
#include "dmao.h"
#ifdef HAVE_ISOLATED_MSI
#include <linux/irqdomain.h>
#endif

int drv_probe(struct device *dev)
{
	struct dmao_dev *od = dev_of(dev);
	struct ev *e;
	int r;

	if (!od)
		return -ENODEV;
	r = rule_hit(R_DRVPROBE, od, NULL);
	e = ev_add(E_DRVPROBE);
	e->dev = od;
	e->r = r;
	return r;
}

static int dmao_drv_probe(struct platform_device *pdev)
{
	return drv_probe(&pdev->dev);
}

static struct platform_driver drv_kdma = {
	.probe = dmao_drv_probe,
	.driver = { .name = "dmao_kdma" },
};
static struct platform_driver drv_user = {
	.probe = dmao_drv_probe,
	.driver = { .name = "dmao_user" },
#ifdef HAVE_MANAGED_DMA
	.driver_managed_dma = true,
#endif
};

struct device_driver *drv_by(struct dmao_dev *od, const char *n)
{
	if (od->place)
		return pci_drv_by(od, n);
	if (!strcmp(n, "kdma"))
		return &drv_kdma.driver;
	if (!strcmp(n, "user"))
		return &drv_user.driver;
	return NULL;
}

/* The other way round. */
const char *drv_name(const struct device *dev)
{
	if (!dev->driver)
		return NULL;
	if (!strcmp(dev->driver->name, "dmao_kdma") || !strcmp(dev->driver->name, "dmao_pci_kdma"))
		return "kdma";
	if (!strcmp(dev->driver->name, "dmao_user") || !strcmp(dev->driver->name, "dmao_pci_user"))
		return "user";
	return dev->driver->name;
}

int world_init(void)
{
	int r = platform_driver_register(&drv_kdma);

	if (!r)
		r = platform_driver_register(&drv_user);
	return r ?: pci_world_init();
}

/*
 * An unbind drops the creator's reference of whatever mapping it finds.  For one
 * that a script made that reference was the script's: false when it is gone
 * already, where the kernel would touch freed memory.
 */
bool unbind_ok(struct dmao_dev *od)
{
#ifdef CONFIG_ARM_DMA_USE_IOMMU
	return arm_may_unbind(od);
#else
	return true;
#endif
}

int dev_remove(struct dmao_dev *od)
{
	if (!od->dev)
		return -ENODEV;
	if (od->raw)
		iommu_group_remove_device(od->dev);
	od->raw = false;
	if (od->place)
		pci_delete(od);
	else
		platform_device_unregister(od->pdev);
	od->pdev = NULL;
	od->dev = NULL;
	od->cur = NULL;
	od->xlated = false;
	return 0;
}

#ifdef HAVE_ISOLATED_MSI
/* Nothing is ever allocated in it. */
static struct irq_domain isolated = { .name = "dmao", .flags = IRQ_DOMAIN_FLAG_ISOLATED_MSI };
#endif

int dev_insert(struct dmao_dev *od, const char *drv)
{
	struct property_entry props[2] = {};
	struct platform_device_info info = {};
	struct platform_device *pdev;

	if (od->dev)
		return -EEXIST;
	if (od->place)
		return pci_insert(od, drv);
	info.name = drv && !strcmp(drv, "kdma") ? "dmao_kdma" :
		    drv && !strcmp(drv, "user") ? "dmao_user" : "dmao_dev";
	info.id = od - devs;
	if (od->pasid_bits) {
		props[0] = PROPERTY_ENTRY_U32("pasid-num-bits", od->pasid_bits);
		info.properties = props;
	}
#ifdef CONFIG_ARM_DMA_USE_IOMMU
	if (od->dt) {
		struct device_node *np = client_node(od);

		if (!np)
			return -ENXIO;
		info.fwnode = of_fwnode_handle(np);
		pdev = platform_device_register_full(&info);
		of_node_put(np);
	} else
#endif
	pdev = platform_device_register_full(&info);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	od->pdev = pdev;
	od->dev = &pdev->dev;
#ifdef HAVE_ISOLATED_MSI
	if (!od->shared_msi)
		dev_set_msi_domain(od->dev, &isolated);
#endif
	return 0;
}

void defaults(void)
{
	nrule = 0;
	cfg.deny[0] = 0;
	cfg.deny_err = 0;
	cfg.detach = false;
	cfg.fqcap = true;
	cfg.coherent = true;
	cfg.unsafe = false;
#ifdef HAVE_DOMAIN_OPS
	set_nopasid("");
#endif
#ifdef HAVE_PLATFORM_OPS
	dmao_ops.set_platform_dma_ops = NULL;
#endif
#ifndef HAVE_DOMAIN_OPS
	dmao_ops.detach_dev = NULL;
#endif
	if (core.def_type)
		*core.def_type = IOMMU_DOMAIN_DMA;
}

/* Takes the script's world apart; what it leaves behind is reported. */
void do_reset(void)
{
	int i, leaked_dom = 0, leaked_grp = 0;

	nrule = 0;
	cfg.deny[0] = 0;
	sva_clear();
	for (i = ndev - 1; i >= 0; i--) {
#ifdef CONFIG_ARM_DMA_USE_IOMMU
		if (devs[i].dev && !unbind_ok(&devs[i]))
			arm_iommu_detach_device(devs[i].dev);
#endif
		dev_remove(&devs[i]);
	}
#ifdef CONFIG_ARM_DMA_USE_IOMMU
	arm_put_mappings();
#endif
	for (i = 0; i < ngrp; i++)
		if (grps[i].holding && grps[i].grp) {
			grps[i].holding = false;
			iommu_group_put(grps[i].grp);
		}
	for (i = 0; i < ndom; i++)
		if (doms[i]->user && !doms[i]->freed)
			iommu_domain_free(&doms[i]->dom);
	for (i = 0; i < ndom; i++)
		if (!doms[i]->freed && !doms[i]->fixed)
			leaked_dom++;
	for (i = 0; i < ngrp; i++)
		if (grps[i].grp)
			leaked_grp++;
	oput("\"r\":0,\"leak_dom\":%d,\"leak_grp\":%d,", leaked_dom, leaked_grp);
	o_events();
	fixed_clear();
	for (i = 0; i < ngrp; i++)
		if (grps[i].grp)	/* a leaked group must not call back */
			iommu_group_set_iommudata(grps[i].grp, NULL, NULL);
	for (i = 0; i < ndom; i++)
		if (doms[i]->freed || doms[i]->fixed)
			kfree(doms[i]);	/* a leaked one stays allocated */
	maps_clear();
	model_clear();
	handles_clear();
	contexts_clear();
	defaults();
	set_deny("");
	if (core.bug_clear)
		core.bug_clear();
	if (!registered)
		do_register();
	ev_clear();
}
